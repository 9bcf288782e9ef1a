package main

import (
	"context"
	"time"

	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// greeter answers invocations. Its handles outlive them.
type greeter struct {
	database *handle.Handle
	password *handle.Handle
}

// newGreeter makes the handles; it calls nothing. Under AWS Lambda the group
// refreshes on read: no goroutine runs between invocations, and an execution
// environment that was frozen does not serve expired values when it wakes up.
func newGreeter(reg *registry.Registry) (*greeter, error) {
	group, err := reg.Group(registry.GroupConfig{MaxAge: 5 * time.Minute})
	if err != nil {
		return nil, err
	}
	database, err := group.Parameter("/app/database/name")
	if err != nil {
		return nil, err
	}
	password, err := group.Secret("app/database/password")
	if err != nil {
		return nil, err
	}
	return &greeter{database, password}, nil
}

// request and response are what the function takes and gives as JSON.
type (
	request struct {
		Name string `json:"name"`
	}
	response struct {
		Greeting string `json:"greeting"`
	}
)

// handle answers one invocation.
func (g *greeter) handle(ctx context.Context, r request) (response, error) {
	database, err := g.database.Get(ctx)
	if err != nil {
		return response{}, err
	}
	password, err := g.password.Get(ctx)
	if err != nil {
		return response{}, err
	}
	if err := connect(database, password); err != nil {
		return response{}, err
	}
	return response{"hello " + r.Name + " from " + database}, nil
}

// connect stands for a database driver's.
func connect(_, _ string) error { return nil }
