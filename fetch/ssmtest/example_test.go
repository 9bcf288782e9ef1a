package ssmtest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

var ctx = context.Background()

// must keeps the samples short. A test calls t.Fatal.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func Example() {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/host", "db.internal")
	store.Put("/app/host", "db2.internal")
	client := store.Client()

	out, err := client.GetParameters(context.Background(), &ssm.GetParametersInput{Names: []string{"/app/host:1", "/app/port"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*out.Parameters[0].Value, out.InvalidParameters)
	// Output: db.internal [/app/port]
}

func ExampleStore_Fault() {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/host", "db.internal")
	store.Fault(ssmtest.Fault{Name: "/app/host", Code: "ThrottlingException", Times: 1})

	for range 2 {
		out, err := store.Client().GetParameters(context.Background(), &ssm.GetParametersInput{Names: []string{"/app/host"}})
		fmt.Println(out != nil, err != nil)
	}
	// Output:
	// false true
	// true false
}

func ExampleStore_Client() {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/db/host", "db.internal")
	reg := must(registry.Open(ctx, registry.Config{Client: store.Client()}))
	defer reg.Close()
	host := must(reg.Parameter("/app/db/host", registry.GroupConfig{MaxAge: 5 * time.Minute}))

	fmt.Println(must(host.Get(ctx)))
	store.Put("/app/db/host", "db2.internal")               // a new version
	store.Fault(ssmtest.Fault{Code: "ThrottlingException"}) // and an outage
	fmt.Println(host.Refresh(ctx) != nil, must(host.Get(ctx)), store.CallCount())
	// Output:
	// db.internal
	// true db.internal 2
}

func ExampleStore_Serve() {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/db/host", "db.internal")
	server := store.Serve() // on loopback; its URL is what AWS_ENDPOINT_URL_SSM takes
	defer server.Close()

	reg := must(registry.Open(ctx, registry.Config{Client: server.Client()}))
	defer reg.Close()
	host := must(reg.Parameter("/app/db/host", registry.GroupConfig{MaxAge: 5 * time.Minute}))
	fmt.Println(must(host.Get(ctx)))
	// Output: db.internal
}
