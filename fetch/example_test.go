package fetch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

func ExampleError() {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/db/host", "db.internal")
	reg, err := registry.Open(context.Background(), registry.Config{Client: store.Client()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer reg.Close()
	port, err := reg.Parameter("/app/db/port", registry.GroupConfig{MaxAge: 5 * time.Minute})
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = port.Get(context.Background())
	fmt.Println(errors.Is(err, fetch.ErrNotFound), errors.Is(err, fetch.ErrInvalidParameter))
	var failure *fetch.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Op, failure.Name)
	}
	// Output:
	// true true
	// GetParameters /app/db/port
}

func ExampleParameter() {
	p := fetch.NewParameter(types.Parameter{
		Name: aws.String("/app/db/password"), Type: types.ParameterTypeSecureString, Value: aws.String("hunter2"), Version: 3,
	}, time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC))

	fmt.Printf("%v, %#v, %d\n", p, p, p) // no verb prints the value
	encoded, err := json.Marshal(p)
	fmt.Println(string(encoded), err)
	fmt.Println(len(p.Text())) // this alone gives it
	// Output:
	// /app/db/password (SecureString, version 3), /app/db/password (SecureString, version 3), /app/db/password (SecureString, version 3)
	// {"name":"/app/db/password","type":"SecureString","version":3,"fetched_at":"2026-01-02T03:04:05Z"} <nil>
	// 7
}

func ExampleTypeFilter() {
	fmt.Println(fetch.TypeFilter(types.ParameterTypeSecureString, types.ParameterTypeStringList))
	// Output: {Type  [SecureString StringList]}
}

func ExampleKeyIDFilter() {
	fmt.Println(fetch.KeyIDFilter("BeginsWith", "alias/"))
	// Output: {KeyId BeginsWith [alias/]}
}

func ExampleLabelFilter() {
	fmt.Println(fetch.LabelFilter("prod"))
	// Output: {Label  [prod]}
}
