package ssmtest_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

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
