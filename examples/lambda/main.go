// Command lambda is an AWS Lambda function that reads a parameter and a secret
// on each invocation. They are made once, outside the handler, so that an
// execution environment fetches them at its first invocation and then only when
// they have expired.
package main

import (
	"context"
	"log"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/ssmcache/ssmcache/registry"
)

func main() {
	reg, err := registry.Open(context.Background(), registry.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer reg.Close()
	g, err := newGreeter(reg)
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(g.handle)
}
