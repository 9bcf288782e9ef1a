package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

const password = "value-that-must-not-show"

// pipes is a listener whose connections are pipes, so that a server runs in
// virtual time.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.accept <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// site is a running server with its store.
type site struct {
	store *ssmtest.Store
	stop  context.CancelFunc
	ended chan error
	log   *bytes.Buffer // to be read when the server is idle

	client *http.Client
}

// visit has f run in virtual time with a server that has been started, and stops
// it afterwards.
func visit(t *testing.T, f func(*testing.T, *site)) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.Put("/shop/motd", "good morning")
		store.Put("/shop/limit", "5")
		store.Put("/shop/db/user", "app")
		store.PutSecure("/shop/db/password", password)
		s := &site{store: store, ended: make(chan error, 1), log: new(bytes.Buffer)}
		log := slog.New(slog.NewTextHandler(s.log, nil))
		reg, err := registry.Open(t.Context(), registry.Config{Client: store.SDKClient(), Logger: log})
		if err != nil {
			t.Fatal(err)
		}
		listener := &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
		transport := &http.Transport{DialContext: listener.dial}
		s.client = &http.Client{Transport: transport}
		ctx, stop := context.WithCancel(t.Context())
		s.stop = stop
		var serving sync.WaitGroup
		serving.Go(func() { s.ended <- serve(ctx, listener, reg, log) })
		synctest.Wait()
		f(t, s)
		synctest.Wait() // the last connection is idle by then
		transport.CloseIdleConnections()
		s.stop()
		serving.Wait()
	})
}

func (s *site) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	answer, err := s.client.Get("http://shop" + path)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	return answer.StatusCode, string(text)
}

func TestRequestsReadTheLatestValueWithoutACall(t *testing.T) {
	visit(t, func(t *testing.T, s *site) {
		if calls := s.store.CallCount(); calls != 1 {
			t.Errorf("%d calls before the first request", calls)
		}
		for range 100 {
			if status, body := s.get(t, "/"); status != 200 || body != "good morning\nat most 5 items\n" {
				t.Fatalf("%d %s", status, body)
			}
		}
		if calls := s.store.CallCount(); calls != 1 {
			t.Errorf("%d calls after 100 requests", calls)
		}
		s.store.Put("/shop/motd", "good evening")
		time.Sleep(time.Minute) // MaxAge: the refresh has been ahead of it
		if _, body := s.get(t, "/"); !strings.HasPrefix(body, "good evening") {
			t.Errorf("a minute later: %s", body)
		}
	})
}

func TestARequestUnderWayIsAnsweredBeforeTheServerEnds(t *testing.T) {
	visit(t, func(t *testing.T, s *site) {
		repair := s.store.Fault(ssmtest.Fault{Code: "InternalServerError"})
		time.Sleep(2 * time.Hour) // longer than MaxAge and MaxStale: the values are gone
		if status, _ := s.get(t, "/"); status != http.StatusServiceUnavailable {
			t.Errorf("without values: %d", status)
		}
		repair()
		answer := make(chan struct{})
		s.store.Fault(ssmtest.Fault{Until: answer})
		for calls := s.store.CallCount(); s.store.CallCount() == calls; {
			time.Sleep(100 * time.Millisecond) // until the back-off ends
		}
		got := make(chan string, 1)
		go func() { _, body := s.get(t, "/"); got <- body }()
		synctest.Wait()
		s.stop()
		synctest.Wait()
		select {
		case err := <-s.ended:
			t.Fatalf("it ended (%v) while a request waited", err)
		default:
		}
		close(answer)
		if body := <-got; body != "good morning\nat most 5 items\n" {
			t.Errorf("the request under way got %q", body)
		}
		if err := <-s.ended; err != nil {
			t.Error(err)
		}
		calls := s.store.CallCount()
		time.Sleep(time.Hour)
		if s.store.CallCount() != calls {
			t.Error("something called the store after the end")
		}
	})
}

func TestAServerThatCannotBeWarmDoesNotStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{}) // empty
		reg, err := registry.Open(t.Context(), registry.Config{Client: store.Client()})
		if err != nil {
			t.Fatal(err)
		}
		listener := &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
		err = serve(t.Context(), listener, reg, slog.New(slog.DiscardHandler))
		if err == nil || strings.Count(err.Error(), "parameter not found") != 4 {
			t.Errorf("not all four are named: %v", err)
		}
		<-listener.closed
	})
}

func TestNoValueShowsInLogsOrAnswers(t *testing.T) {
	visit(t, func(t *testing.T, s *site) {
		s.get(t, "/")
		s.store.PutSecure("/shop/limit", password) // not a number
		time.Sleep(time.Minute)
		status, body := s.get(t, "/")
		if status != 200 || body != "good morning\nat most 5 items\n" {
			t.Errorf("with a value that does not decode: %d %s", status, body)
		}
		_, orders := s.get(t, "/orders")
		synctest.Wait()
		if log := s.log.String(); !strings.Contains(log, "/shop/limit") || strings.Contains(log+body+orders, password) {
			t.Errorf("orders: %s, log: %s", orders, log)
		}
		if orders != "3 orders\n" {
			t.Error(orders)
		}
	})
}
