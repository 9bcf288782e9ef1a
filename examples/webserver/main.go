// Command webserver answers HTTP requests with what Parameter Store holds, read
// anew for each request. It is warm before it takes traffic, and shuts down
// cleanly: requests under way are answered before the values go.
package main

import (
	"context"
	"flag"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/ssmcache/ssmcache/registry"
)

func main() {
	address := flag.String("listen", "localhost:8080", "the address to listen on")
	flag.Parse()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *address, log)
	stop()
	if err != nil {
		log.Error("webserver", "error", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, address string, log *slog.Logger) error {
	reg, err := registry.Open(ctx, registry.Config{Logger: log})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	log.Info("listening", "address", listener.Addr())
	return serve(ctx, listener, reg, log)
}
