package handle_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

var ctx = context.Background()

// must keeps the samples short. A program returns its errors.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// exampleGroup returns a group on a store in memory, and what closes it.
func exampleGroup() (*registry.Group, *ssmtest.Store, func()) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/db/host", "db.internal")
	store.Put("/app/db/user", "app")
	store.PutSecure("/app/db/password", "hunter2")
	store.PutList("/app/db/replicas", "db1.internal", "db2.internal")
	store.Put("/app/limit", "5")
	store.Put("/app/ratio", "0.5")
	store.Put("/app/debug", "false")
	store.Put("/app/timeout", "1m30s")
	store.Put("/app/flags", `{"beta":true}`)
	store.Put("/app/endpoint", "https://api.internal/v1")
	reg := must(registry.Open(ctx, registry.Config{Client: store.Client()}))
	group := must(reg.Group(registry.GroupConfig{MaxAge: 5 * time.Minute}))
	return group, store, func() { _ = reg.Close() }
}

func ExampleHandle_Get() {
	group, _, closeAll := exampleGroup()
	defer closeAll()

	host := must(group.Parameter("/app/db/host"))
	text, err := host.Get(ctx) // waits for the store only when there is nothing to serve
	fmt.Println(text, err)
	// Output: db.internal <nil>
}

func ExampleHandle_Lookup() {
	group, _, closeAll := exampleGroup()
	defer closeAll()

	password := must(group.Parameter("/app/db/password"))
	p := must(password.Lookup(ctx))
	fmt.Println(p.Name(), p.Type(), p.Version(), time.Since(p.FetchedAt()) < time.Minute)
	fmt.Println(p, len(p.Text())) // it prints without its value
	// Output:
	// /app/db/password SecureString 1 true
	// /app/db/password (SecureString, version 1) 7
}

func ExampleHandle_Peek() {
	group, _, closeAll := exampleGroup()
	defer closeAll()

	host := must(group.Parameter("/app/db/host"))
	_, ok := host.Peek() // never waits, never calls
	fmt.Println(ok)
	must(host.Get(ctx))
	p, ok := host.Peek()
	fmt.Println(p.Text(), ok)
	// Output:
	// false
	// db.internal true
}

func ExampleHandle_Refresh() {
	group, store, closeAll := exampleGroup()
	defer closeAll()

	host := must(group.Parameter("/app/db/host"))
	must(host.Get(ctx))
	store.Put("/app/db/host", "db2.internal")
	fmt.Println(host.Refresh(ctx)) // the whole group
	fmt.Println(must(host.Get(ctx)))
	// Output:
	// <nil>
	// db2.internal
}

// pool stands for a pool of database connections that asks for a password when
// it makes one.
type pool struct{ accepts string }

var errRefused = errors.New("password refused")

func (p *pool) connect(password string) (string, error) {
	if password != p.accepts {
		return "", errRefused
	}
	return "connected", nil
}

func ExampleHandle_Reject() {
	group, store, closeAll := exampleGroup()
	defer closeAll()
	password := must(group.Parameter("/app/db/password"))
	must(password.Get(ctx))
	store.PutSecure("/app/db/password", "hunter3") // rotated
	db := pool{accepts: "hunter3"}

	connect := func(ctx context.Context) (string, error) {
		for {
			p, err := password.Lookup(ctx)
			if err != nil {
				return "", err
			}
			conn, err := db.connect(p.Text())
			if !errors.Is(err, errRefused) {
				return conn, err
			}
			if rejected := password.Reject(ctx, p); rejected != nil {
				return "", errors.Join(err, rejected) // handle.ErrUnchanged: there is no other
			}
		}
	}

	fmt.Println(connect(ctx))
	db.accepts = "nothing"
	_, err := connect(ctx)
	fmt.Println(errors.Is(err, handle.ErrUnchanged))
	// Output:
	// connected <nil>
	// true
}

func ExampleRetry() {
	group, store, closeAll := exampleGroup()
	defer closeAll()
	password := must(group.Parameter("/app/db/password"))
	must(password.Get(ctx))
	store.PutSecure("/app/db/password", "hunter3") // rotated
	db := pool{accepts: "hunter3"}

	options := handle.RetryOptions{
		On:     func(err error) bool { return errors.Is(err, errRefused) },
		Before: func(context.Context) error { fmt.Println("refreshed"); return nil },
	}
	conn, err := handle.Retry(ctx, password, options, func(ctx context.Context) (string, error) {
		text, err := password.Get(ctx)
		if err != nil {
			return "", err
		}
		fmt.Println("second try:", handle.IsRetry(ctx))
		return db.connect(text)
	})

	fmt.Println(conn, err)
	// Output:
	// second try: false
	// refreshed
	// second try: true
	// connected <nil>
}

func ExampleHandle_Changes() {
	group, store, closeAll := exampleGroup()
	defer closeAll()
	host := must(group.Parameter("/app/db/host"))
	must(host.Get(ctx))
	rotate := func() {
		store.Put("/app/db/host", "db2.internal")
		_ = group.Refresh(ctx)
	}

	for p := range host.Changes(ctx) { // until ctx ends or the group is closed
		fmt.Println(p.Version(), p.Text())
		if p.Version() == 2 {
			break
		}
		rotate()
	}
	// Output:
	// 1 db.internal
	// 2 db2.internal
}

func ExampleStrings() {
	group, _, closeAll := exampleGroup()
	defer closeAll()

	replicas := handle.Strings(must(group.Parameter("/app/db/replicas")))
	fmt.Println(strings.Join(must(replicas.Get(ctx)), " and "))
	// Output: db1.internal and db2.internal
}

func ExampleValue() {
	group, _, closeAll := exampleGroup()
	defer closeAll()
	parameter := func(name string) *handle.Handle { return must(group.Parameter(name)) }

	limit := handle.Int(parameter("/app/limit"))
	ratio := handle.Float(parameter("/app/ratio"))
	debug := handle.Bool(parameter("/app/debug"))
	timeout := handle.Duration(parameter("/app/timeout"))
	flags := handle.JSON[map[string]bool](parameter("/app/flags"))
	endpoint := handle.As(parameter("/app/endpoint"), func(p fetch.Parameter) (*url.URL, error) {
		return url.Parse(p.Text()) // once per value, not once per read
	})

	fmt.Println(must(limit.Get(ctx)), must(ratio.Get(ctx)), must(debug.Get(ctx)), must(timeout.Get(ctx)))
	fmt.Println(must(flags.Get(ctx)), must(endpoint.Get(ctx)).Host)
	// Output:
	// 5 0.5 false 1m30s
	// map[beta:true] api.internal
}

func ExampleValue_Err() {
	group, store, closeAll := exampleGroup()
	defer closeAll()
	limit := handle.Int(must(group.Parameter("/app/limit")))
	must(limit.Get(ctx))

	store.Put("/app/limit", "five")
	_ = group.Refresh(ctx)
	fmt.Println(must(limit.Get(ctx))) // the last value that was a number
	fmt.Println(limit.Err())
	// Output:
	// 5
	// ssmcache: decode "/app/limit": the value is not an integer
}

func ExampleValue_In() {
	group, _, closeAll := exampleGroup()
	defer closeAll()

	host := must(group.Parameter("/app/db/host"))
	limit := handle.Int(must(group.Parameter("/app/limit")))
	view := must(group.View(ctx))
	fmt.Println(must(view.Get(host)), must(limit.In(view))) // of one refresh
	// Output: db.internal 5
}

func ExampleView() {
	group, store, closeAll := exampleGroup()
	defer closeAll()
	user := must(group.Parameter("/app/db/user"))
	host := must(group.Parameter("/app/db/host"))

	view := must(group.View(ctx))
	store.Put("/app/db/user", "app2")
	_ = group.Refresh(ctx)
	fmt.Println(must(view.Get(user)), must(view.Get(host))) // a view does not age
	// Output: app db.internal
}

// dial is code under test: it takes handles, not a registry.
func dial(ctx context.Context, host *handle.Handle, port *handle.Value[int]) (string, error) {
	h, err := host.Get(ctx)
	if err != nil {
		return "", err
	}
	p, err := port.Get(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s:%d", h, p), nil
}

func ExampleStatic() {
	host := handle.Static("/app/db/host", "localhost")
	port := handle.Int(handle.Static("/app/db/port", "5432"))
	fmt.Println(dial(ctx, host, port))
	// Output: localhost:5432 <nil>
}

func ExampleStaticError() {
	broken := handle.StaticError("/app/db/host", fetch.ErrNotFound)
	_, err := dial(ctx, broken, nil)
	fmt.Println(errors.Is(err, fetch.ErrNotFound))
	// Output: true
}

func ExampleStaticParameter() {
	replicas := handle.StaticParameter(fetch.NewParameter(types.Parameter{
		Name: aws.String("/app/db/replicas"), Type: types.ParameterTypeStringList, Value: aws.String("a,b"), Version: 3,
	}, time.Now()))
	fmt.Println(must(handle.Strings(replicas).Get(ctx)), must(replicas.Lookup(ctx)).Version())
	// Output: [a b] 3
}

func ExampleAs() {
	group, _, closeAll := exampleGroup()
	defer closeAll()

	flags := handle.As(must(group.Parameter("/app/flags")), func(p fetch.Parameter) (json.RawMessage, error) {
		if !json.Valid([]byte(p.Text())) {
			return nil, errors.New("not JSON")
		}
		return json.RawMessage(p.Text()), nil
	})
	fmt.Println(len(must(flags.Get(ctx))))
	// Output: 13
}
