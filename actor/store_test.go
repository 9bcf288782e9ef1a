package actor

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/benbjohnson/clock"
	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// client is a Client of two functions.
type client struct {
	names func(context.Context, *ssm.GetParametersInput) (*ssm.GetParametersOutput, error)
	paths func(context.Context, *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error)
}

func (c client) GetParameters(ctx context.Context, in *ssm.GetParametersInput, _ ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	return c.names(ctx, in)
}

func (c client) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	return c.paths(ctx, in)
}

// group is an actor over a store in memory. It lives in a synctest bubble.
type group struct {
	*Actor
	t     *testing.T
	store *ssmtest.Store
	slot  map[string]int
	began time.Time
}

// stock returns a group that has been asked for names, and the store that holds
// each with the text "1". Nothing has been fetched. The end of the bubble closes
// the group.
func stock(t *testing.T, p Policy, names ...string) *group {
	store := ssmtest.New(ssmtest.Config{})
	for _, name := range names {
		store.Put(name, "1")
	}
	g := over(t, p, store.Client())
	g.store = store
	for _, name := range names {
		g.add(name)
	}
	return g
}

// over returns a group whose calls c answers.
func over(t *testing.T, p Policy, c fetch.Client) *group {
	return onClock(t, p, c, clock.New())
}

func onClock(t *testing.T, p Policy, c fetch.Client, at clock.Clock) *group {
	log := slog.New(slog.DiscardHandler)
	a := Start(Config{
		Name: "test", Policy: p, Clock: at, Logger: log, Decrypt: true,
		Fetcher: fetch.NewFetcher(c, fetch.NewGate(10), at, 10*time.Second, log),
	})
	t.Cleanup(func() { _ = a.Close() })
	return &group{Actor: a, t: t, slot: map[string]int{}, began: time.Now()}
}

func (g *group) add(name string) int {
	g.t.Helper()
	n, err := fetch.ParseName(name)
	if err != nil {
		g.t.Fatal(err)
	}
	g.slot[name] = g.AddName(n)
	return g.slot[name]
}

// reads fails unless a read of name gives text.
func (g *group) reads(name, text string) {
	g.t.Helper()
	p, err := g.Read(g.t.Context(), g.slot[name])
	if err != nil || p.Text() != text {
		g.t.Errorf("after %v a read of %s gives %q, %v, want %q", time.Since(g.began), name, p.Text(), err, text)
	}
}

// called fails unless the store has had these calls since the last time, each
// with the names that it asked for.
func (g *group) called(want ...string) {
	g.t.Helper()
	var got []string
	for _, c := range g.store.Calls() {
		if c.Operation == ssmtest.GetParametersByPath {
			got = append(got, c.Path+"*")
		} else {
			got = append(got, strings.Join(c.Names, " "))
		}
	}
	g.store.ResetCalls()
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		g.t.Errorf("after %v the calls are %q, want %q", time.Since(g.began), got, want)
	}
}

// took fails unless f takes d.
func took(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	began := time.Now()
	f()
	if got := time.Since(began); got != d {
		t.Errorf("it took %v, want %v", got, d)
	}
}

// outcomeAt is how a call ended, and when.
type outcomeAt struct {
	err   error
	after time.Duration
}

// concurrently runs f on a goroutine of its own, and returns where its outcome
// will arrive.
func concurrently(f func() error) <-chan outcomeAt {
	ended := make(chan outcomeAt, 1)
	began := time.Now()
	go func() {
		err := f()
		ended <- outcomeAt{err, time.Since(began)}
	}()
	return ended
}

// throttling is a fault that throttles every call.
var throttling = ssmtest.Fault{Code: "ThrottlingException"}

func throttled(err error) bool { return err != nil && strings.Contains(err.Error(), "Rate exceeded") }

// panicking is a fault that panics once.
var panicking = ssmtest.Fault{Panic: "hunter2", Times: 1}
