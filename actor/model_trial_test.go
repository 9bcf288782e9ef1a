package actor

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// trial is one run of a schedule against real groups, in virtual time.
type trial struct {
	recorder
	clock  *jumpyClock
	origin time.Time
	store  *ssmtest.Store
	groups []*Actor
	closed map[int]bool    // groups that somebody has begun to close
	ctx    context.Context // ends when callers are to give up

	latest  map[string]int64 // versions in the store
	written int              // how often the store has been written to
	faults  []*fault         // under recorder.mu
	latency time.Duration    // under recorder.mu
}

const fetchTimeout = 3 * time.Second

// What the store holds, and what a group may be asked for. The listings are of
// all parameters, and of the labelled ones.
var (
	parameters = strings.Fields("/app/a /app/b /app/c /app/d /app/e /app/f /app/g /app/h /app/i /app/j /app/k /app/l /app/none")
	askable    = append(parameters[:12:12], "/app/a:live", "/app/b:2", "/app/none")
	listings   = [][]fetch.Filter{nil, {fetch.LabelFilter("live")}}
	targets    = append(askable[:12:12], "/app")
)

// run runs the schedule and returns what was seen.
func (s schedule) run(t *testing.T) *history {
	// Outside the bubble, in real time: a loop that no context ends.
	watchdog := time.AfterFunc(time.Minute, func() { panic(fmt.Sprintf("this story does not end:\n%s", s)) })
	defer watchdog.Stop()
	var tr *trial
	synctest.Test(t, func(*testing.T) { tr = s.play() })
	return &tr.history
}

func (s schedule) play() *trial {
	goroutines := runtime.NumGoroutine()
	ctx, giveUp := context.WithCancel(context.Background())
	defer giveUp()
	tr := s.open(ctx)
	tr.clock.stuck = func() { tr.spinning = true; giveUp() }
	for _, st := range s.steps {
		tr.take(st)
		if !st.together {
			synctest.Wait()
		}
	}
	tr.settle()
	tr.recover()
	tr.shut()
	giveUp()
	synctest.Wait()
	tr.count(goroutines)
	time.Sleep(time.Hour) // for what has a timer left
	return tr
}

// open opens the groups, on a store that has something of everything.
func (s schedule) open(ctx context.Context) *trial {
	c := newJumpyClock()
	tr := &trial{ctx: ctx, clock: c, origin: c.Now(), store: ssmtest.New(ssmtest.Config{}), latest: map[string]int64{}, closed: map[int]bool{}}
	tr.schedule, tr.deleted = s, map[string]moment{}
	tr.now = func() instant { return instantOf(tr.origin, c.Now()) }
	for _, name := range append(parameters[:12:12], "/app/a", "/app/b") {
		tr.put(name)
	}
	tr.store.Label("/app/a", 1, "live")
	tr.store.Label("/app/c", 1, "live")
	gate := fetch.NewGate(s.inFlight)
	for i, o := range s.groups {
		random := rand.New(rand.NewPCG(uint64(s.seed), uint64(i)))
		logger := slog.New(slog.DiscardHandler)
		tr.groups = append(tr.groups, start(Config{
			Name: fmt.Sprint("group ", i), Policy: o.policy(), Decrypt: true, Clock: c, Logger: logger, Observer: tr.watch(i),
			Fetcher: fetch.NewFetcher(&troubledClient{tr, i}, gate, c, fetchTimeout, logger),
		}, random.Int64N))
		for item := range o.names {
			tr.add(i, item)
		}
	}
	return tr
}

func (o opening) policy() Policy {
	return Policy{MaxAge: o.maxAge, MaxStale: o.maxStale, OnRead: o.onRead}
}

// limit is how old a value may become, if there is a MaxAge.
func (o opening) limit() time.Duration { return o.maxAge + max(0, o.maxStale) }

// put writes a text to the store that was never there before.
func (tr *trial) put(name string) {
	tr.written++
	tr.latest[name] = tr.store.Put(name, fmt.Sprintf("%s#%d", name, tr.written))
}

// add registers a name.
func (tr *trial) add(group, item int) {
	name, err := fetch.ParseName(askable[item%len(askable)])
	if err != nil {
		panic(err)
	}
	tr.know(group, tr.groups[group].AddName(name), name.String())
}

// take takes one step.
func (tr *trial) take(s step) {
	s.group %= len(tr.groups)
	name := parameters[s.item%len(parameters)]
	switch s.verb {
	case "sleep":
		time.Sleep(s.span)
	case "jump":
		synctest.Wait()
		tr.clock.jump(s.span)
		tr.jumped += max(0, s.span)
	case "add":
		tr.add(s.group, s.item)
	case "put":
		tr.put(name)
	case "put-all":
		for _, name := range parameters[:12] {
			tr.put(name)
		}
	case "delete":
		tr.delete(name)
	case "label":
		if name := [...]string{"/app/a", "/app/c"}[s.item%2]; tr.latest[name] > 0 {
			tr.store.Label(name, 1+int64(s.item/2)%tr.latest[name], "live")
		}
	case "mend", "latency", "throttle", "break", "deny", "lock-key", "hang", "panic", "blank", "omit", "linger", "deaf":
		tr.trouble(s)
	default:
		tr.ask(s)
	}
}

func (tr *trial) delete(name string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if _, ok := tr.deleted[name]; !ok {
		tr.deleted[name] = tr.momentLocked()
	}
	tr.store.Delete(name)
	tr.latest[name] = 0
}

// trouble changes what calls meet from now on.
func (tr *trial) trouble(s step) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	switch s.verb {
	case "latency":
		tr.latency = s.span
	case "mend":
		tr.latency, tr.faults = 0, nil
	default:
		f := &fault{kind: s.verb, group: s.group, left: s.times}
		if named := s.verb == "deny" || s.verb == "lock-key" || s.verb == "omit"; named || s.item%2 == 1 {
			f.about = targets[s.item%len(targets)]
		}
		tr.faults = append(tr.faults, f)
	}
}
