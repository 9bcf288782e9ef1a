package registry_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// lab is a registry on a store in memory.
type lab struct {
	*testing.T
	store *ssmtest.Store
	*registry.Registry
}

// open returns a lab that is closed, without an error, when the test ends.
func open(t *testing.T, cfg registry.Config) *lab {
	t.Helper()
	l := &lab{T: t, store: ssmtest.New(ssmtest.Config{})}
	if cfg.Client == nil {
		cfg.Client = l.store.Client()
	}
	var err error
	if l.Registry, err = registry.Open(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return l
}

func (l *lab) group(cfg registry.GroupConfig) *registry.Group {
	l.Helper()
	g, err := l.Registry.Group(cfg)
	if err != nil {
		l.Fatal(err)
	}
	return g
}

// put stores parameters whose texts are their names, and returns their handles.
func (l *lab) put(g *registry.Group, names ...string) []*handle.Handle {
	l.Helper()
	handles := make([]*handle.Handle, len(names))
	for i, name := range names {
		l.store.Put(name, name)
		handles[i] = l.parameter(g, name)
	}
	return handles
}

func (l *lab) parameter(g *registry.Group, name string) *handle.Handle {
	l.Helper()
	h, err := g.Parameter(name)
	if err != nil {
		l.Fatal(err)
	}
	return h
}

func (l *lab) secret(g *registry.Group, name string) *handle.Handle {
	l.Helper()
	h, err := g.Secret(name)
	if err != nil {
		l.Fatal(err)
	}
	return h
}

func (l *lab) list(g *registry.Group, path string, opts registry.PathOptions) []*handle.Handle {
	l.Helper()
	handles, err := g.Parameters(l.Context(), path, opts)
	if err != nil {
		l.Fatal(err)
	}
	return handles
}

func (l *lab) get(h *handle.Handle) string {
	l.Helper()
	text, err := h.Get(l.Context())
	if err != nil {
		l.Fatalf("Get %s: %v", h.Name(), err)
	}
	return text
}

func (l *lab) lookup(h *handle.Handle) fetch.Parameter {
	l.Helper()
	p, err := h.Lookup(l.Context())
	if err != nil {
		l.Fatalf("Lookup %s: %v", h.Name(), err)
	}
	return p
}

// gives fails unless Get of h returns text.
func (l *lab) gives(h *handle.Handle, text string) {
	l.Helper()
	if got := l.get(h); got != text {
		l.Errorf("Get %s: got %q, want %q", h.Name(), got, text)
	}
}

// cached returns what Get of h gives without waiting for a fetch.
func (l *lab) cached(h *handle.Handle) string {
	l.Helper()
	text, err := h.Get(ended())
	if err != nil {
		l.Fatalf("%s is not cached: %v", h.Name(), err)
	}
	return text
}

// fails fails unless Get of h fails with an error that matches target.
func (l *lab) fails(h *handle.Handle, target error) {
	l.Helper()
	if text, err := h.Get(l.Context()); !errors.Is(err, target) {
		l.Errorf("Get %s: got %q and error %v, want error %v", h.Name(), text, err, target)
	}
}

func (l *lab) refresh(r handle.Refresher) {
	l.Helper()
	if err := r.Refresh(l.Context()); err != nil {
		l.Fatalf("Refresh: %v", err)
	}
}

// calls fails unless the store has been called so often since the last look.
func (l *lab) calls(want int) {
	l.Helper()
	if got := l.store.CallCount(); got != want {
		l.Errorf("%d API calls, want %d: %s", got, want, described(l.store.Calls()))
	}
	l.store.ResetCalls()
}

// asked returns the calls since the last look, each as its operation and what it
// asked for, in order.
func (l *lab) asked() []string {
	calls := described(l.store.Calls())
	slices.Sort(calls)
	l.store.ResetCalls()
	return calls
}

func described(calls []ssmtest.Call) []string {
	all := make([]string, len(calls))
	for i, c := range calls {
		all[i] = c.Operation + " " + c.Path
		if c.Operation == ssmtest.GetParameters {
			all[i] = fmt.Sprint(c.Operation, " ", c.Names)
		}
	}
	return all
}

// breakStore makes every call fail in a way that may pass, until mend is called.
func (l *lab) breakStore() (mend func()) {
	return l.store.Fault(ssmtest.Fault{Code: "InternalServerError"})
}

// ended returns a context that has ended.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// numbered returns n names, in alphabetical order.
func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("/n/%05d", i)
	}
	return names
}

// namesOf returns the names of handles.
func namesOf(handles []*handle.Handle) []string {
	names := make([]string, len(handles))
	for i, h := range handles {
		names[i] = h.Name()
	}
	return names
}

// failedNames returns the names in all [*fetch.Error]s that err joins.
func failedNames(t *testing.T, err error) []string {
	t.Helper()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("not a joined error: %v", err)
	}
	var names []string
	for _, one := range joined.Unwrap() {
		var fact *fetch.Error
		if !errors.As(one, &fact) {
			t.Fatalf("not a *fetch.Error: %v", one)
		}
		names = append(names, fact.Name)
	}
	slices.Sort(names)
	return names
}

// took returns how long f takes.
func took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// isAPIError reports whether err came from an API error with the code.
func isAPIError(err error, code string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == code
}

func timeoutAfter(d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), d)
}

// log is what a logger wrote.
type log struct {
	mu   sync.Mutex
	text strings.Builder
}

func newLog() (*log, *slog.Logger) {
	l := &log{}
	return l, slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *log) has(t *testing.T, words ...string) {
	t.Helper()
	for _, word := range words {
		if text := l.String(); !strings.Contains(text, word) {
			t.Errorf("the log does not have %q: %s", word, text)
		}
	}
}

func (l *log) hasNot(t *testing.T, word string) {
	t.Helper()
	if text := l.String(); strings.Contains(text, word) {
		t.Errorf("the log has %q: %s", word, text)
	}
}
