//go:build soak

package registry_test

import (
	"context"
	"io"
	stdlog "log"
	"net"
	"os"
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

// TestSoakFaultsOverRealSockets runs rows of the fault matrix once more, in real
// time and over TCP: a warm reader sees no error, and sees a new value when the
// fault is over.
func TestSoakFaultsOverRealSockets(t *testing.T) {
	stdlog.SetOutput(io.Discard)
	defer stdlog.SetOutput(os.Stderr)
	const (
		lasts   = 5 * time.Second
		timeout = 2 * time.Second
		within  = 30 * time.Second // of the end of the fault: back-off, and a busy machine
	)
	rows := map[string]bool{"throttling (400)": true, "unavailable (503)": true, "connection refused": true, "reset in mid-body": true, "truncated body": true, "no reply": true, "slow drip": true}
	for _, f := range faults() {
		if !rows[f.name] {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			store := ssmtest.New(ssmtest.Config{})
			store.Put("/a", "old")
			w := newWire(t, store, timeout)
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			w.overTCP(t, listener)
			reg, err := registry.Open(t.Context(), registry.Config{Client: w.client(), FetchTimeout: timeout})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = reg.Close() }()
			h, err := reg.Parameter("/a", registry.GroupConfig{MaxAge: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.Get(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.set(&f)
			reads, failures := 0, 0
			read := func() string {
				text, err := h.Get(t.Context())
				if reads++; err != nil {
					failures++
				}
				return text
			}
			for began := time.Now(); time.Since(began) < lasts; {
				read()
			}
			store.Put("/a", "new")
			w.set(nil)
			healed := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), within)
			defer cancel()
			for p := range h.Changes(ctx) {
				if p.Text() == "new" {
					break
				}
			}
			if got := read(); got != "new" || failures != 0 {
				t.Errorf("%d of %d reads failed; %q after %v", failures, reads, got, time.Since(healed))
			}
			t.Logf("%-20s %d reads, %d failed, %d attempts in %v, new value after %v", f.name, reads, failures, w.attempts.Load(), lasts, time.Since(healed).Round(time.Millisecond))
		})
	}
}

// overTCP has the wire's connections go through a real listener.
func (w *wire) overTCP(t *testing.T, listener net.Listener) {
	dial := w.transport.DialContext
	w.transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if f := w.fault.Load(); f != nil && f.dial != nil {
			return dial(ctx, network, address)
		}
		return new(net.Dialer).DialContext(ctx, "tcp", listener.Addr().String())
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			select {
			case w.conns <- conn:
			case <-w.closed:
				_ = conn.Close()
			}
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-served
	})
}
