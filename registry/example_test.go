package registry_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

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

// exampleRegistry returns a registry on a store in memory.
func exampleRegistry() (*registry.Registry, *ssmtest.Store) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/db/host", "db.internal")
	store.Put("/app/db/user", "app")
	store.PutSecure("/app/db/password", "hunter2")
	store.PutList("/app/db/replicas", "db1.internal", "db2.internal")
	store.PutSecret("payments/key", "s3cr3t")
	return must(registry.Open(ctx, registry.Config{Client: store.Client()})), store
}

func ExampleRegistry_Group() {
	reg, _ := exampleRegistry()
	defer reg.Close()

	group := must(reg.Group(registry.GroupConfig{
		BasePath: "/app",
		MaxAge:   5 * time.Minute,
	}))
	host := must(group.Parameter("/db/host")) // reads /app/db/host
	user := must(group.Parameter("/db/user"))

	fmt.Println(must(host.Get(ctx)), must(user.Get(ctx))) // one call for both
	fmt.Println(must(host.Get(ctx)), must(user.Get(ctx))) // none: an atomic load each
	// Output:
	// db.internal app
	// db.internal app
}

func ExampleRegistry_Parameter() {
	reg, _ := exampleRegistry()
	defer reg.Close()

	host := must(reg.Parameter("/app/db/host", registry.GroupConfig{MaxAge: time.Hour}))
	fmt.Println(must(host.Get(ctx)))
	// Output: db.internal
}

func ExampleRegistry_Secret() {
	reg, _ := exampleRegistry()
	defer reg.Close()

	key := must(reg.Secret("payments/key", registry.GroupConfig{MaxAge: 5 * time.Minute}))
	fmt.Println(must(key.Lookup(ctx))) // a Parameter prints without its value
	// Output: /aws/reference/secretsmanager/payments/key (SecureString, version 0)
}

func ExampleRegistry_Warm() {
	reg, _ := exampleRegistry()
	defer reg.Close()
	group := must(reg.Group(registry.GroupConfig{MaxAge: 5 * time.Minute}))
	must(group.Parameter("/app/db/host"))
	must(group.Parameter("/app/db/hots"))

	warming, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := reg.Warm(warming); err != nil {
		fmt.Println(err) // each name without a value, and why
	}
	// Output: ssmcache: GetParameters "/app/db/hots": parameter not found
}

func ExampleGroup_Parameters() {
	reg, _ := exampleRegistry()
	defer reg.Close()

	group := must(reg.Group(registry.GroupConfig{MaxAge: 5 * time.Minute}))
	for _, h := range must(group.Parameters(ctx, "/app/db", registry.PathOptions{})) {
		fmt.Println(must(h.Lookup(ctx)))
	}
	// Output:
	// /app/db/host (String, version 1)
	// /app/db/password (SecureString, version 1)
	// /app/db/replicas (StringList, version 1)
	// /app/db/user (String, version 1)
}

func ExamplePathOptions() {
	reg, store := exampleRegistry()
	defer reg.Close()
	store.Put("/app/region", "eu-west-1")
	store.Label("/app/db/host", 1, "prod")
	group := must(reg.Group(registry.GroupConfig{MaxAge: 5 * time.Minute}))

	oneLevel := registry.PathOptions{OneLevel: true}
	lists := registry.PathOptions{Filters: []fetch.Filter{fetch.TypeFilter("StringList")}}
	encrypted := registry.PathOptions{Filters: []fetch.Filter{fetch.KeyIDFilter("BeginsWith", "alias/aws")}}
	labelled := registry.PathOptions{Filters: []fetch.Filter{fetch.LabelFilter("prod")}}
	for _, opts := range []registry.PathOptions{oneLevel, lists, encrypted, labelled} {
		fmt.Println(must(group.Parameters(ctx, "/app", opts)))
	}
	// Output:
	// [/app/region]
	// [/app/db/replicas]
	// [/app/db/password]
	// [/app/db/host]
}

func ExampleGroup_Secret() {
	reg, _ := exampleRegistry()
	defer reg.Close()

	group := must(reg.Group(registry.GroupConfig{BasePath: "/app", MaxAge: 5 * time.Minute}))
	host := must(group.Parameter("/db/host"))
	key := must(group.Secret("payments/key")) // takes no base path
	previous := must(group.Secret("payments/key:AWSPREVIOUS"))

	fmt.Println(must(host.Get(ctx)), len(must(key.Get(ctx)))) // one call for all three
	_, err := previous.Get(ctx)
	fmt.Println(errors.Is(err, fetch.ErrNotFound))
	// Output:
	// db.internal 6
	// true
}

func ExampleGroup_Parameter() {
	reg, store := exampleRegistry()
	defer reg.Close()
	store.Put("/app/db/host", "db2.internal")
	store.Label("/app/db/host", 1, "stable")

	group := must(reg.Group(registry.GroupConfig{MaxAge: 5 * time.Minute}))
	for _, name := range []string{
		"/app/db/host",        // the latest version
		"/app/db/host:1",      // pinned: no refresh moves it
		"/app/db/host:stable", // a label: read again at each refresh
		"arn:aws:ssm:us-east-1:123456789012:parameter/app/db/host",
	} {
		p := must(must(group.Parameter(name)).Lookup(ctx))
		fmt.Println(p.Version(), p.Text())
	}
	// Output:
	// 2 db2.internal
	// 1 db.internal
	// 1 db.internal
	// 2 db2.internal
}

func ExampleGroup_Parameter_mistakes() {
	reg, _ := exampleRegistry()
	defer reg.Close()

	group := must(reg.Group(registry.GroupConfig{BasePath: "/app", MaxAge: 5 * time.Minute}))
	_, err := group.Parameter("db/host") // no call is made
	fmt.Println(err, errors.Is(err, fetch.ErrInvalidPath))
	_, err = group.Parameter("/db/host:0")
	fmt.Println(err, errors.Is(err, fetch.ErrInvalidVersion))
	_, err = reg.Group(registry.GroupConfig{MaxAge: 300, Mode: 7})
	fmt.Println(err)
	// Output:
	// ssmcache: name "db/host": invalid path: with a base path ("/app"), a name starts with a slash true
	// ssmcache: name "/app/db/host:0": invalid version: selector "0" is neither a version (1 or more) nor a label true
	// ssmcache: GroupConfig.MaxAge: 300ns is less than 1 s: is a unit missing?
	// ssmcache: GroupConfig.Mode: RefreshMode(7) is none of RefreshAuto, RefreshAhead, RefreshOnRead
}

func ExampleGroup_View() {
	reg, _ := exampleRegistry()
	defer reg.Close()

	group := must(reg.Group(registry.GroupConfig{MaxAge: 5 * time.Minute}))
	user := must(group.Parameter("/app/db/user"))
	password := must(group.Parameter("/app/db/password"))

	view := must(group.View(ctx)) // for one connection, say
	fmt.Println(must(view.Get(user)), len(must(view.Get(password))))
	// Output: app 7
}

func ExampleGroup_Refresh() {
	reg, store := exampleRegistry()
	defer reg.Close()

	group := must(reg.Group(registry.GroupConfig{MaxAge: 5 * time.Minute}))
	host := must(group.Parameter("/app/db/host"))
	fmt.Println(must(host.Get(ctx)))
	store.Put("/app/db/host", "db2.internal")
	if err := group.Refresh(ctx); err != nil { // host.Refresh(ctx) refreshes the group too
		fmt.Println("the earlier values are still served:", err)
	}
	fmt.Println(must(host.Get(ctx)))
	// Output:
	// db.internal
	// db2.internal
}

func ExampleGroup_Err() {
	reg, store := exampleRegistry()
	defer reg.Close()

	group := must(reg.Group(registry.GroupConfig{MaxAge: 5 * time.Minute}))
	host := must(group.Parameter("/app/db/host"))
	fmt.Println(must(host.Get(ctx)), group.Err())

	store.Fault(ssmtest.Fault{Code: "ThrottlingException"}) // an outage
	_ = group.Refresh(ctx)
	fmt.Println(must(host.Get(ctx)), group.Err() != nil)
	// Output:
	// db.internal <nil>
	// db.internal true
}

func ExampleGroupConfig() {
	reg, store := exampleRegistry()
	defer reg.Close()

	frankfurt := store.Client() // ssm.NewFromConfig(cfg, func(o *ssm.Options) { o.Region = "eu-central-1" })
	group := must(reg.Group(registry.GroupConfig{
		Name:         "legacy",               // for logs
		BasePath:     "/app",                 // before each name and path
		MaxAge:       5 * time.Minute,        // values are refreshed before they are older than that
		MaxStale:     24 * time.Hour,         // and served for so long beyond it while refreshes fail
		Mode:         registry.RefreshOnRead, // no background work
		NoDecryption: true,                   // SecureStrings as ciphertext
		Client:       frankfurt,              // another region or account
	}))
	password := must(group.Parameter("/db/password"))
	fmt.Println(must(password.Get(ctx)) == "hunter2")
	// Output: false
}

func ExampleConfig() {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/db/host", "db.internal")
	client := store.Client() // nil: the default AWS configuration

	reg := must(registry.Open(ctx, registry.Config{
		Client:       client,
		Logger:       slog.Default(),  // nil: silent
		MaxInFlight:  20,              // 0: 10 calls at once
		FetchTimeout: 5 * time.Second, // 0: 10 s for each call, its retries included
	}))
	defer reg.Close() // after the server has drained: reads fail from then on

	host := must(reg.Parameter("/app/db/host", registry.GroupConfig{MaxAge: 5 * time.Minute}))
	fmt.Println(must(host.Get(ctx)))
	// Output: db.internal
}

func ExampleRegistry_Close() {
	reg, _ := exampleRegistry()
	host := must(reg.Parameter("/app/db/host", registry.GroupConfig{MaxAge: 5 * time.Minute}))

	fmt.Println(reg.Close())
	_, err := host.Get(ctx)
	fmt.Println(errors.Is(err, registry.ErrClosed))
	// Output:
	// <nil>
	// true
}

func ExampleVersion() {
	fmt.Println(registry.Version() != "")
	// Output: true
}

func ExampleGroup_Handles() {
	reg, _ := exampleRegistry()
	defer reg.Close()

	group := must(reg.Group(registry.GroupConfig{MaxAge: 5 * time.Minute}))
	must(group.Parameter("/app/db/user"))
	must(group.Parameter("/app/db/host"))
	fmt.Println(group.Len(), group.Handles())
	// Output: 2 [/app/db/host /app/db/user]
}

func ExampleObserver() {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/db/host", "db.internal")

	reg := must(registry.Open(ctx, registry.Config{
		Client: store.Client(),
		Observer: &registry.Observer{
			FetchDone: func(_ context.Context, e registry.FetchDone) {
				fmt.Println(e.Group, "made", e.Calls, "call:", e.Found, "found,", e.Failed, "failed")
			},
		},
	}))
	host := must(reg.Parameter("/app/db/host", registry.GroupConfig{Name: "db", MaxAge: 5 * time.Minute}))
	must(host.Get(ctx))
	_ = reg.Close() // waits for what observers are still to be told
	// Output: db made 1 call: 1 found, 0 failed
}

func ExampleRegistry_Stats() {
	reg, _ := exampleRegistry()
	defer reg.Close()
	group := must(reg.Group(registry.GroupConfig{Name: "db", MaxAge: 5 * time.Minute}))
	must(must(group.Parameter("/app/db/host")).Get(ctx))

	for _, g := range reg.Stats().Groups {
		fmt.Println(g.Name, g.State, g.Mode, g.Parameters, g.Calls)
	}
	// Output: db fresh RefreshAhead 1 1
}

var (
	_ handle.Refresher = (*registry.Group)(nil)
	_ handle.Refresher = (*registry.Registry)(nil)
)
