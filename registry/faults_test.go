package registry_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"text/tabwriter"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// The matrix's group: 25 names cost 3 calls.
const (
	matrixNames    = 25
	matrixMaxAge   = time.Minute
	matrixMaxStale = 10 * time.Minute
	matrixOutage   = 10 * time.Minute // ends before MaxAge + MaxStale of what was last fetched
	matrixTimeout  = 10 * time.Second
	matrixPatience = 30 * time.Second // of a cold reader
)

// slowest is what recovery may take: the longest back-off, and a call that began
// before the fault ended.
const slowest = 30*time.Second + matrixTimeout + time.Second

func faults() []fault {
	return []fault{
		{name: "throttling (400)", answer: refuse(400, "ThrottlingException", "Rate exceeded")},
		{name: "internal error (500)", answer: refuse(500, "InternalServerError", "internal")},
		{name: "unavailable (503)", answer: refuse(503, "ServiceUnavailable", "busy")},
		{name: "expired credentials", answer: refuse(400, "ExpiredTokenException", "The security token included in the request is expired")},
		{name: "connection refused", dial: &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}},
		{name: "name not resolved", dial: &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "ssm.us-east-1.example", IsNotFound: true}}},
		{name: "TLS error", dial: x509.UnknownAuthorityError{}},
		{name: "reset in mid-body", answer: reset},
		{name: "truncated body", answer: rewrite(func(body []byte) ([]byte, int) { return body[:len(body)/2], len(body) / 2 })},
		{name: "not JSON", answer: rewrite(func(body []byte) ([]byte, int) {
			b := bytes.ReplaceAll(body, []byte(`":`), []byte("="))
			return b, len(b)
		})},
		{name: "content length too long", answer: rewrite(func(body []byte) ([]byte, int) { return body, len(body) + 100 })},
		{name: "content length too short", answer: rewrite(func(body []byte) ([]byte, int) { return body, len(body) / 2 })},
		{name: "empty body", answer: rewrite(func([]byte) ([]byte, int) { return nil, 0 })},
		{name: "no reply", answer: hang},
		{name: "slow drip", answer: drip},
	}
}

func refuse(status int, code, message string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"__type":%q,"message":%q}`, code, message)
	}
}

// recorded is the store's answer, kept back.
type recorded struct {
	header http.Header
	body   bytes.Buffer
}

func (r *recorded) Header() http.Header         { return r.header }
func (r *recorded) Write(b []byte) (int, error) { return r.body.Write(b) }
func (r *recorded) WriteHeader(int)             {}

func record(r *http.Request, store http.Handler) *recorded {
	rec := &recorded{header: http.Header{}}
	store.ServeHTTP(rec, r)
	return rec
}

// rewrite answers with another body, and says another length. It takes the
// connection over, since net/http would not let a server lie.
func rewrite(change func([]byte) (body []byte, length int)) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, store http.Handler) {
		body, length := change(record(r, store).body.Bytes())
		conn := hijack(w)
		defer conn.Close()
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: %s\r\n\r\n", strconv.Itoa(length))
		_, _ = conn.Write(body)
	}
}

func hijack(w http.ResponseWriter) net.Conn {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	return conn
}

func reset(w http.ResponseWriter, r *http.Request, store http.Handler) {
	body := record(r, store).body.Bytes()
	conn := hijack(w)
	fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(body))
	_, _ = conn.Write(body[:len(body)/3])
	conn.Close()
}

func hang(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body) // only then does the server see the connection close
	<-r.Context().Done()
}

// drip sends one byte a second.
func drip(w http.ResponseWriter, r *http.Request, store http.Handler) {
	body := record(r, store).body.Bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	for _, b := range body {
		if _, err := w.Write([]byte{b}); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-time.After(time.Second):
		case <-r.Context().Done():
			return
		}
	}
}

// row is what one fault did.
type row struct {
	coldErr   string
	coldWait  time.Duration
	warmErrs  int
	longest   time.Duration // of a warm read
	attempts  int64         // connections refused and requests received while the fault lasted
	recovered time.Duration
}

// TestWarmReadersSeeNoErrorWhateverTheNetworkDoes is the fault matrix. With -v
// it prints the table of examples/guides/faults.md.
func TestWarmReadersSeeNoErrorWhateverTheNetworkDoes(t *testing.T) {
	stdlog.SetOutput(io.Discard) // net/http quotes what arrives unasked for
	defer stdlog.SetOutput(os.Stderr)
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		var table strings.Builder
		tab := tabwriter.NewWriter(&table, 0, 0, 1, ' ', tabwriter.Debug)
		fmt.Fprintf(tab, "| fault \t cold read fails after \t warm reads that failed, of %d \t longest warm read \t attempts in %v \t recovery \t\n", int(matrixOutage/time.Second), matrixOutage)
		fmt.Fprintf(tab, "|-\t-\t-\t-\t-\t-\t\n")
		for _, f := range faults() {
			var got row
			t.Run(mode.String()+"/"+f.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { got.cold(t, mode, &f) })
				synctest.Test(t, func(t *testing.T) { got.warm(t, mode, &f) })
				if got.warmErrs != 0 || got.recovered > slowest || got.coldErr == "" {
					t.Errorf("cold error %q, %d warm errors, recovery after %v", got.coldErr, got.warmErrs, got.recovered)
				}
				if most := int64(matrixOutage/time.Second) * 3; got.attempts > most {
					t.Errorf("%d attempts while the fault lasted, more than %d", got.attempts, most)
				}
				for _, secret := range []string{"text-of-", "new-text-of-"} {
					if strings.Contains(got.coldErr, secret) {
						t.Errorf("the error quotes a value: %s", got.coldErr)
					}
				}
			})
			fmt.Fprintf(tab, "| %s \t %v \t %d \t %v \t %d \t %v \t\n", f.name, got.coldWait.Round(time.Millisecond), got.warmErrs, got.longest.Round(time.Millisecond), got.attempts, got.recovered.Round(100*time.Millisecond))
		}
		_ = tab.Flush()
		t.Logf("%v, MaxAge %v, MaxStale %v:\n%s", mode, matrixMaxAge, matrixMaxStale, table.String())
	}
}

// matrixGroup returns a group of handles over a wire.
func matrixGroup(t *testing.T, mode registry.RefreshMode) (*wire, []*handle.Handle) {
	store := ssmtest.New(ssmtest.Config{})
	w := newWire(t, store, matrixTimeout)
	reg, err := registry.Open(t.Context(), registry.Config{Client: w.client(), FetchTimeout: matrixTimeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reg.Close() })
	group, err := reg.Group(registry.GroupConfig{MaxAge: matrixMaxAge, MaxStale: matrixMaxStale, Mode: mode})
	if err != nil {
		t.Fatal(err)
	}
	handles := make([]*handle.Handle, matrixNames)
	for i := range handles {
		name := fmt.Sprintf("/matrix/%02d", i)
		store.Put(name, "text-of-"+name)
		if handles[i], err = group.Parameter(name); err != nil {
			t.Fatal(err)
		}
	}
	return w, handles
}

func (r *row) cold(t *testing.T, mode registry.RefreshMode, f *fault) {
	w, handles := matrixGroup(t, mode)
	w.set(f)
	ctx, cancel := context.WithTimeout(t.Context(), matrixPatience)
	defer cancel()
	begin := time.Now()
	if _, err := handles[0].Get(ctx); err != nil {
		r.coldErr = err.Error()
	}
	r.coldWait = time.Since(begin)
}

func (r *row) warm(t *testing.T, mode registry.RefreshMode, f *fault) {
	w, handles := matrixGroup(t, mode)
	if _, err := handles[0].Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.set(f)
	w.attempts.Store(0)
	begin := time.Now()
	for i := 0; time.Since(begin) < matrixOutage; i++ {
		asked := time.Now()
		if _, err := handles[i%matrixNames].Get(t.Context()); err != nil {
			r.warmErrs++
		}
		r.longest = max(r.longest, time.Since(asked))
		time.Sleep(time.Second - time.Since(asked))
	}
	r.attempts = w.attempts.Load()
	for _, h := range handles {
		w.store.Put(h.Name(), "new-text-of-"+h.Name())
	}
	w.set(nil)
	healed := time.Now()
	for time.Since(healed) < time.Hour {
		text, err := handles[0].Get(t.Context())
		if err != nil {
			r.warmErrs++
		}
		if strings.HasPrefix(text, "new-") {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	r.recovered = time.Since(healed)
}
