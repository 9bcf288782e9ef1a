// Command quickstart shows the main job of ssmcache in a few seconds and without
// an AWS account: 10,000 goroutines read 1,000 parameters from a Parameter Store
// that runs in this process, behind HTTP and the real SDK client, while a value
// changes and while the store is out of order. It prints a report.
//
// Given names or paths as arguments, it reads those instead, from the account of
// the default AWS configuration, and prints what they are, never their values:
//
//	go run ./quickstart /my/path my-name my-name:3
//
// An argument that starts with a slash is read both as a name and as a path, one
// that ends with a slash as a path alone.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run is the program without its process.
func run(ctx context.Context, out io.Writer, arguments []string) error {
	if len(arguments) > 0 {
		return look(ctx, out, arguments)
	}
	store := ssmtest.New(ssmtest.Config{})
	server := store.Serve()
	defer server.Close()
	d := demo{out: out, store: store, client: server.Client(), readers: 10_000}
	return d.run(ctx)
}
