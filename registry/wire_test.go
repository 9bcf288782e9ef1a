package registry_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// wire is a store behind the real SDK client and the real net/http, over
// net.Pipe: all of it runs in virtual time. A fault may be put on it.
type wire struct {
	store     *ssmtest.Store
	transport *http.Transport
	attempts  atomic.Int64 // connections refused, and requests that arrived
	fault     atomic.Pointer[fault]

	conns  chan net.Conn // the dialler sends, Accept receives
	closed chan struct{} // closed by Close
	once   sync.Once
}

// fault is one way in which the network or the service may be broken.
type fault struct {
	name   string
	dial   error                                                  // what every dial fails with; nil: it works
	answer func(http.ResponseWriter, *http.Request, http.Handler) // what every request gets; nil: the store's answer
}

func newWire(t *testing.T, store *ssmtest.Store, fetchTimeout time.Duration) *wire {
	w := &wire{store: store, conns: make(chan net.Conn), closed: make(chan struct{})}
	w.transport = &http.Transport{DialContext: w.dial, ResponseHeaderTimeout: fetchTimeout / 4}
	handler := store.Handler()
	var serving sync.WaitGroup // the server, and the requests that it has taken on
	server := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		serving.Add(1)
		defer serving.Done()
		w.attempts.Add(1)
		// Over a pipe, an answer may overtake the end of its request, whose body
		// the SDK then closes under net/http. Virtual time passes only when the
		// request has ended.
		<-time.After(time.Millisecond)
		if f := w.fault.Load(); f != nil && f.answer != nil {
			f.answer(rw, r, handler)
			return
		}
		handler.ServeHTTP(rw, r)
	})}
	serving.Go(func() { _ = server.Serve(w) })
	t.Cleanup(func() {
		w.transport.CloseIdleConnections()
		_ = server.Close()
		serving.Wait()
	})
	return w
}

func (w *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if f := w.fault.Load(); f != nil && f.dial != nil {
		w.attempts.Add(1)
		return nil, f.dial
	}
	near, far := net.Pipe()
	select {
	case w.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept, Close and Addr make the wire a net.Listener.
func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}

func (w *wire) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// set puts a fault on the wire, and cuts what is connected.
func (w *wire) set(f *fault) {
	w.fault.Store(f)
	w.transport.CloseIdleConnections()
}

// client returns the SDK's client, set up as [registry.Open] does with a nil
// Client, but for the retry mode: the adaptive one waits for less than a
// nanosecond at times, which never passes in virtual time.
func (w *wire) client(options ...func(*ssm.Options)) *ssm.Client {
	return ssm.New(ssm.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String("http://ssm.us-east-1.example"),
		HTTPClient:   &http.Client{Transport: w.transport},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "key"}, nil
		}),
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = 6 }),
	}, options...)
}
