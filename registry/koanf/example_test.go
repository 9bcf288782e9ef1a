package koanf_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/knadh/koanf/v2"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	ssmkoanf "github.com/ssmcache/ssmcache/registry/koanf"
)

// must keeps the samples short. A program returns its errors.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// exampleGroup returns a group on a store in memory, and what closes it.
func exampleGroup() (*registry.Group, *ssmtest.Store, func() error) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/db/host", "db.internal")
	store.Put("/app/db/port", "5432")
	store.PutList("/app/db/replicas", "db1.internal", "db2.internal")
	store.PutSecret("payments/key", "s3cr3t")
	reg := must(registry.Open(context.Background(), registry.Config{Client: store.Client()}))
	return must(reg.Group(registry.GroupConfig{MaxAge: 5 * time.Minute})), store, reg.Close
}

func ExampleNew() {
	ctx := context.Background()
	group, _, end := exampleGroup()
	defer end()

	k := koanf.New(".")
	if err := k.Load(ssmkoanf.New(ctx, group, ssmkoanf.Config{Path: "/app"}), nil); err != nil {
		fmt.Println(err)
	}
	fmt.Println(k.String("db.host"), k.Int("db.port"), k.Strings("db.replicas"))
	// Output: db.internal 5432 [db1.internal db2.internal]
}

// Without a path, a provider has all of the group's parameters, and a key
// function names them.
func ExampleConfig() {
	ctx := context.Background()
	group, _, end := exampleGroup()
	defer end()
	must(group.Parameter("/app/db/host"))
	must(group.Secret("payments/key"))

	k := koanf.New(".")
	_ = k.Load(ssmkoanf.New(ctx, group, ssmkoanf.Config{
		Key: func(name string) string {
			if strings.HasSuffix(name, "/payments/key") {
				return "payments.key"
			}
			return strings.ReplaceAll(strings.TrimPrefix(name, "/app/"), "/", ".")
		},
	}), nil)
	fmt.Println(k.Keys(), len(k.String("payments.key")))
	// Output: [db.host payments.key] 6
}

func ExampleProvider_Read() {
	group, _, end := exampleGroup()
	defer end()

	nested := must(ssmkoanf.New(context.Background(), group, ssmkoanf.Config{Path: "/app"}).Read())
	fmt.Println(nested["db"])
	// Output: map[host:db.internal port:5432 replicas:[db1.internal db2.internal]]
}

func ExampleProvider_ReadBytes() {
	group, _, end := exampleGroup()
	defer end()

	document := must(ssmkoanf.New(context.Background(), group, ssmkoanf.Config{Path: "/app"}).ReadBytes())
	fmt.Printf("%s\n", document)
	// Output: {"db":{"host":"db.internal","port":"5432","replicas":["db1.internal","db2.internal"]}}
}

func ExampleProvider_Unwatch() {
	group, _, end := exampleGroup()
	defer end()

	provider := ssmkoanf.New(context.Background(), group, ssmkoanf.Config{Path: "/app"})
	_ = provider.Watch(func(any, error) {})
	fmt.Println(provider.Unwatch()) // before the group is closed
	// Output: <nil>
}

func ExampleProvider_Watch() {
	ctx := context.Background()
	group, store, end := exampleGroup()
	defer end()

	provider := ssmkoanf.New(ctx, group, ssmkoanf.Config{Path: "/app"})
	k := koanf.New(".")
	_ = k.Load(provider, nil)
	fmt.Println(k.String("db.host"))

	loaded := make(chan *koanf.Koanf)
	_ = provider.Watch(func(_ any, err error) {
		next := koanf.New(".") // without the keys of deleted parameters
		if err == nil {
			err = next.Load(provider, nil)
		}
		if err != nil {
			fmt.Println("the configuration stays as it is:", err)
			return
		}
		loaded <- next
	})
	defer provider.Unwatch()

	store.Put("/app/db/host", "db2.internal")
	_ = group.Refresh(ctx) // sooner than by itself
	k = <-loaded
	fmt.Println(k.String("db.host"))
	// Output:
	// db.internal
	// db2.internal
}
