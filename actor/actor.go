package actor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/ssmcache/ssmcache/fetch"
	"golang.org/x/sync/singleflight"
)

// Config says how a group fetches and what it promises. All fields are needed.
type Config struct {
	Name    string // for logs and errors
	Policy  Policy
	Fetcher *fetch.Fetcher
	Decrypt bool
	Clock   clock.Clock
	Logger  *slog.Logger

	Observer *Observer // nil: nobody is told
}

// Actor is one group: a goroutine that owns its state, and the snapshot that it
// publishes. All methods are safe for concurrent use.
type Actor struct {
	snap atomic.Pointer[snapshot] // the loop stores, everybody loads

	name      string         // constant
	fetcher   *fetch.Fetcher // constant; nil in a fixed Actor
	decrypt   bool           // constant
	clock     clock.Clock    // constant
	origin    time.Time      // constant; the zero of its instants
	log       *slog.Logger   // constant
	observers []Observer     // constant
	teller    teller         // locks itself
	roster    *roster        // locks itself
	work      *worker        // locks itself; nil in a fixed Actor
	requests  chan request   // callers send, the loop receives; unbuffered: what is sent is taken care of
	shut      chan struct{}  // the loop closes it when it has published that the group is closed

	flight atomic.Pointer[instant] // start of the fetch under way; the loop stores, readers load

	reads  singleflight.Group
	mu     sync.Mutex
	asking bool // under mu: a shared read is under way

	closing sync.Once
	closed  error // written by closing, read after it
}

// Start starts a group's goroutine. Close ends it.
func Start(cfg Config) *Actor { return start(cfg, rand.Int64N) }

// start is Start with a given source of random numbers.
func start(cfg Config, random draw) *Actor {
	a := &Actor{
		name: cfg.Name, fetcher: cfg.Fetcher, decrypt: cfg.Decrypt, clock: cfg.Clock, log: cfg.Logger,
		origin: cfg.Clock.Now(), roster: newRoster(), work: newWorker(), requests: make(chan request), shut: make(chan struct{}),
	}
	first := &snapshot{policy: cfg.Policy, origin: a.origin, owner: a, limitAt: never}
	first.seal(cfg.Clock)
	a.snap.Store(first)
	a.observers = cfg.Observer.all()
	a.teller.actor = a
	a.tell(context.Background(), GroupOpened{a.name, a.origin})
	c := newCore(cfg.Policy, random, a.roster, first)
	c.watched = slices.ContainsFunc(a.observers, func(o Observer) bool { return o.ValueChanged != nil })
	a.work.start(func() { run(a, c) })
	return a
}

// Fixed returns an Actor with one slot, 0, that has a value or an error for
// ever. With neither, its error says that there is no value. It has no goroutine.
func Fixed(name string, p fetch.Parameter, err error) *Actor {
	a := &Actor{name: name, clock: clock.New(), roster: newRoster(), log: slog.New(slog.DiscardHandler)}
	a.roster.addLocked(name, entry{name: name})
	s := &snapshot{owner: a, params: []fetch.Parameter{p}, texts: []string{p.Text()}, loaded: true}
	if err == nil && p.IsZero() {
		err = errNoValue
	}
	if err != nil {
		s.texts = []string{""}
		s.marks = map[int]mark{0: {state: failing, err: err, until: never}}
	}
	s.seal(a.clock)
	a.snap.Store(s)
	return a
}

// Close stops the timer, cancels and joins the fetch under way, and answers
// every waiter with [ErrClosed]. It is idempotent, and blocks until all has
// ended, at most about a second longer than a client takes to notice. An error
// names the group if calls had to be abandoned.
func (a *Actor) Close() error {
	a.closing.Do(func() {
		a.work.stop()
		a.work.wait()
		a.tell(context.Background(), GroupClosed{a.name, a.clock.Now()})
		a.teller.tell()
		if n := a.fetcher.Abandoned(); n > 0 {
			a.closed = fmt.Errorf("ssmcache: group %q: %d calls abandoned: the client ignores its ended context", a.name, n)
		}
	})
	return a.closed
}

func (a *Actor) now() instant { return instantOf(a.origin, a.clock.Now()) }

// AddName returns the slot of a name. It does not block.
func (a *Actor) AddName(n fetch.Name) int { return a.roster.addName(n) }

// AddPath returns the slot of a path. It does not block.
func (a *Actor) AddPath(p fetch.Path) int { return a.roster.addPath(p) }

// Name returns the full name that a slot stands for.
func (a *Actor) Name(slot int) string { return a.roster.entry(slot).name }

// Slots returns the slots that were asked for by name or are in some listing's
// latest answer, ordered by name.
func (a *Actor) Slots() []int {
	slots := a.roster.visible(a.snap.Load())
	entries, _ := a.roster.list()
	byNameOrder(entries, slots)
	return slots
}

// Len returns how many slots Slots returns.
func (a *Actor) Len() int { return len(a.roster.visible(a.snap.Load())) }

// Closed reports whether Close has been called.
func (a *Actor) Closed() bool { return a.work != nil && a.work.ctx.Err() != nil }

// Err returns what the last fetch failed with: a joined [*fetch.Error] for each
// name and path that it did not bring a value for. It is nil after a success.
func (a *Actor) Err() error { return a.snap.Load().report.err() }

// send gives the loop a request and waits for the answer, for ctx, or for
// Close.
func (a *Actor) send(ctx context.Context, r request) (reply, error) {
	if ctx.Err() != nil {
		return reply{}, a.ended(ctx)
	}
	r.reply = make(chan reply, 1)
	select {
	case a.requests <- r:
	case <-ctx.Done():
		return reply{}, a.ended(ctx)
	case <-a.shut:
		return reply{}, ErrClosed
	}
	select {
	case got := <-r.reply:
		return got, got.err
	case <-ctx.Done():
		return reply{}, a.ended(ctx)
	}
}

// ended returns the error of a caller whose context has ended.
func (a *Actor) ended(ctx context.Context) error {
	return errors.Join(ctx.Err(), a.snap.Load().outage.err)
}

// withEnd returns the error of a caller that leaves with err, at once: if its
// context has ended, that is told too.
func withEnd(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil && err != nil {
		return errors.Join(ended, err)
	}
	return err
}

// Logger returns where the group reports to.
func (a *Actor) Logger() *slog.Logger { return a.log }
