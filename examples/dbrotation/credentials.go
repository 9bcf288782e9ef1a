package main

import (
	"context"
	"errors"
	"time"

	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

const (
	pause     = 100 * time.Millisecond // between two looks for another password: a tenth of the shortest time that Reject holds calls back
	sameAgain = 2 * time.Second        // until a refused password is tried again; longer than the store is usually late
	patience  = 30 * time.Second       // for one connection, where the caller has none
)

// Credentials are a user name and its password, which change together.
type Credentials struct {
	group    *registry.Group
	user     *handle.Handle
	password *handle.Handle
}

// NewCredentials returns the credentials that a group has under two names. It
// does not block.
func NewCredentials(group *registry.Group, user, password string) (Credentials, error) {
	u, userErr := group.Parameter(user)
	p, passwordErr := group.Parameter(password)
	return Credentials{group, u, p}, errors.Join(userErr, passwordErr)
}

// Read returns user name and password as one refresh has read them. It waits
// only if the group has not been fetched yet.
func (c Credentials) Read(ctx context.Context) (user, password string, err error) {
	view, err := c.group.View(ctx)
	if err != nil {
		return "", "", err
	}
	user, userErr := view.Get(c.user)
	password, passwordErr := view.Get(c.password)
	return user, password, errors.Join(userErr, passwordErr)
}

// Connect calls connect, which logs in with what Read returns, until the login
// is not refused for its password. In between it waits for another password.
// refused takes an error of connect for such a refusal, and says which password
// it was. Connect waits until ctx ends, 30 s at the most; its error then joins
// the refusal with that of the context.
func Connect[C any](ctx context.Context, c Credentials, refused func(error) (password string, ok bool), connect func(context.Context) (C, error)) (C, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		conn, err := connect(ctx)
		password, ok := refused(err)
		if !ok {
			return conn, err
		}
		if replaceErr := c.replace(ctx, password); replaceErr != nil {
			return conn, errors.Join(err, replaceErr)
		}
	}
}

// replace returns nil when a login is worth another try: the group holds
// another password than the refused one, or none, which the login will find
// out; or the database has had 2 s to learn the refused one. Most often Reject
// fails with [handle.ErrUnchanged], because the store is as far behind.
func (c Credentials) replace(ctx context.Context, refused string) error {
	round, cancel := context.WithTimeout(ctx, sameAgain)
	defer cancel()
	for round.Err() == nil {
		held, ok := c.password.Peek()
		if !ok || held.Text() != refused {
			return nil
		}
		if c.password.Reject(round, held) == nil {
			return nil
		}
		c.awaitChange(round, refused)
	}
	return ctx.Err()
}

// awaitChange returns when the group holds another password, whoever has caused
// that, and after a pause at the latest.
func (c Credentials) awaitChange(ctx context.Context, refused string) {
	ctx, cancel := context.WithTimeout(ctx, pause)
	defer cancel()
	for p := range c.password.Changes(ctx) {
		if p.Text() != refused {
			return
		}
	}
}
