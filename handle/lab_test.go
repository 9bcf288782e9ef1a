package handle_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// lab is a group of a registry on a store in memory.
type lab struct {
	*testing.T
	store *ssmtest.Store
	reg   *registry.Registry
	group *registry.Group
	log   *log
}

// open returns a lab that is closed, without an error, when the test ends.
func open(t *testing.T, cfg registry.GroupConfig) *lab {
	t.Helper()
	l := &lab{T: t, store: ssmtest.New(ssmtest.Config{}), log: &log{}}
	logger := slog.New(slog.NewTextHandler(l.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	if l.reg, err = registry.Open(t.Context(), registry.Config{Client: l.store.Client(), Logger: logger}); err != nil {
		t.Fatal(err)
	}
	if l.group, err = l.reg.Group(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.reg.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return l
}

func (l *lab) parameter(name string) *handle.Handle {
	l.Helper()
	h, err := l.group.Parameter(name)
	if err != nil {
		l.Fatal(err)
	}
	return h
}

// put stores a parameter and returns its handle.
func (l *lab) put(name, text string) *handle.Handle {
	l.Helper()
	l.store.Put(name, text)
	return l.parameter(name)
}

func (l *lab) get(h *handle.Handle) string {
	l.Helper()
	text, err := h.Get(l.Context())
	if err != nil {
		l.Fatalf("Get %s: %v", h.Name(), err)
	}
	return text
}

func (l *lab) refresh() {
	l.Helper()
	if err := l.group.Refresh(l.Context()); err != nil {
		l.Fatalf("Refresh: %v", err)
	}
}

func (l *lab) view() handle.View {
	l.Helper()
	view, err := l.group.View(l.Context())
	if err != nil {
		l.Fatal(err)
	}
	return view
}

// calls fails unless the store has been called so often since the last look.
func (l *lab) calls(want int) {
	l.Helper()
	if got := l.store.CallCount(); got != want {
		l.Errorf("%d API calls, want %d", got, want)
	}
	l.store.ResetCalls()
}

// breakStore makes every call fail in a way that may pass, until mend is called.
func (l *lab) breakStore() (mend func()) {
	return l.store.Fault(ssmtest.Fault{Code: "InternalServerError"})
}

func isAPIError(err error, code string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == code
}

// ended returns a context that has ended.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// log is what a logger wrote.
type log struct {
	mu   sync.Mutex
	text strings.Builder
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
