package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/ssmcache/ssmcache/registry"
)

const (
	warmWithin  = 30 * time.Second // the first fetch, tried again after failures
	drainWithin = 20 * time.Second // less than an orchestrator waits before it kills
	readHeader  = 5 * time.Second  // a client that is slower than that is no client
)

// serve answers requests on listener until ctx ends, and then those under way.
// It closes the registry last: reads fail afterwards.
func serve(ctx context.Context, listener net.Listener, reg *registry.Registry, log *slog.Logger) error {
	shop, err := newShop(reg, log)
	if err != nil {
		return errors.Join(err, listener.Close(), reg.Close())
	}
	warming, cancel := context.WithTimeout(ctx, warmWithin)
	defer cancel()
	if err := reg.Warm(warming); err != nil {
		return errors.Join(err, listener.Close(), reg.Close())
	}

	server := &http.Server{Handler: shop.routes(), ReadHeaderTimeout: readHeader}
	drained := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWithin)
		defer cancel()
		drained <- server.Shutdown(draining)
	})
	err = server.Serve(listener)
	if stop() { // ctx has not ended: the listener has failed
		return errors.Join(err, reg.Close())
	}
	return errors.Join(<-drained, reg.Close())
}
