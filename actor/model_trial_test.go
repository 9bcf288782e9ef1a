package actor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

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

// ask has somebody call a method of a group.
func (tr *trial) ask(s step) {
	if s.verb == "close" {
		if tr.closed[s.group] {
			return // a Close during another waits on a mutex, which holds a bubble's time
		}
		tr.closed[s.group] = true
	}
	slots := tr.slots(s.group)
	seen := &askSeen{step: s, slot: slots[s.item%len(slots)].slot, deadline: -1}
	if s.verb == "list" {
		path, err := fetch.ParsePath(fetch.BasePath{}, "/app", false, listings[s.item%len(listings)])
		if err != nil {
			panic(err)
		}
		seen.slot = tr.groups[s.group].AddPath(path)
	}
	ctx, cancel := tr.ctx, context.CancelFunc(func() {})
	if s.span != 0 && s.verb != "close" {
		ctx, cancel = context.WithTimeout(tr.ctx, s.span)
		seen.deadline = tr.now().add(max(0, s.span)).mono
	}
	tr.begin(seen)
	go func() {
		defer cancel()
		defer tr.end(seen)
		seen.ask(ctx, tr)
	}()
}

func (seen *askSeen) ask(ctx context.Context, tr *trial) {
	a, slot := tr.groups[seen.group], seen.slot
	switch seen.verb {
	case "read":
		if text, ok := a.Text(slot); ok {
			seen.shown = []shown{{slot, text, -1, -1}} // by which fetch, it does not say
			return
		}
		seen.read(ctx, tr, a)
	case "lookup":
		if p, ok := a.Param(slot); ok {
			seen.show(slot, p, tr.origin)
			return
		}
		seen.read(ctx, tr, a)
	case "peek":
		p, ok := a.Peek(slot)
		if seen.found = ok; ok {
			seen.show(slot, p, tr.origin)
		}
	case "view":
		seen.view(ctx, tr, a)
	case "list":
		slots, err := a.List(ctx, slot)
		seen.err = err
		for _, member := range slots {
			tr.know(seen.group, member, a.Name(member))
		}
	case "refresh":
		seen.err = a.Refresh(ctx)
	case "refresh-one":
		seen.err = a.RefreshSlot(ctx, slot)
	case "retry":
		seen.err = a.Refresh(ForRetry(ctx))
	case "reject":
		if p, ok := a.Peek(slot); ok {
			seen.err = a.Reject(ctx, slot, p)
		}
	case "warm":
		seen.err = a.Warm(ctx)
	case "close":
		seen.err = a.Close()
	default:
		panic("no such step: " + seen.verb)
	}
}

func (seen *askSeen) read(ctx context.Context, tr *trial, a *Actor) {
	p, err := a.Read(ctx, seen.slot)
	if seen.err = err; err == nil {
		seen.show(seen.slot, p, tr.origin)
	}
}

func (seen *askSeen) view(ctx context.Context, tr *trial, a *Actor) {
	v, err := a.View(ctx)
	if seen.err = err; err != nil {
		return
	}
	for _, k := range tr.slots(seen.group) {
		if p, err := v.Lookup(a, k.slot); err == nil {
			seen.show(k.slot, p, tr.origin)
		}
	}
}

// settle ends all trouble, and waits until nobody waits any more.
func (tr *trial) settle() {
	tr.trouble(step{verb: "mend"})
	synctest.Wait()
	for range 60 {
		if len(tr.waiting()) == 0 {
			return
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
	}
}

// recover refreshes the groups that are open still, twice, and compares what
// they show with the store. The second refresh is on the good path.
func (tr *trial) recover() {
	for i, a := range tr.groups {
		if a.Closed() || a.roster.len() == 0 {
			continue
		}
		tr.refreshAndCount(i, a)
		slots := tr.slots(i)
		want, calls := tr.truth(a)
		got := tr.refreshAndCount(i, a)
		tr.recovery = append(tr.recovery, recovered{i, "", fmt.Sprint(calls), fmt.Sprint(got)})
		v, _ := a.View(tr.ctx)
		for _, k := range slots {
			ctx, cancel := context.WithTimeout(tr.ctx, time.Minute)
			p, err := a.Read(ctx, k.slot)
			cancel()
			got := p.Text()
			if err != nil && !errors.Is(err, fetch.ErrNotFound) {
				got = err.Error()
			}
			tr.recovery = append(tr.recovery, recovered{i, k.name, want[k.slot], got})
			inView, _ := v.Lookup(a, k.slot)
			tr.recovery = append(tr.recovery, recovered{i, k.name + " in a view", want[k.slot], inView.Text()})
		}
	}
}

// refreshAndCount refreshes a group and returns how many calls that took.
func (tr *trial) refreshAndCount(group int, a *Actor) int {
	tr.mu.Lock()
	before := len(tr.fetches)
	tr.mu.Unlock()
	ctx, cancel := context.WithTimeout(tr.ctx, time.Minute)
	defer cancel()
	_ = a.Refresh(ctx)
	synctest.Wait()
	tr.mu.Lock()
	defer tr.mu.Unlock()
	calls := 0
	for _, f := range tr.fetches[before:] {
		if f.group == group {
			calls += len(f.calls)
		}
	}
	return calls
}

// truth returns what the slots of a group are to show by what the store holds,
// and how many calls a refresh takes.
func (tr *trial) truth(a *Actor) (texts map[int]string, calls int) {
	texts = map[int]string{}
	ask := func(slot int, name string) {
		out, err := tr.store.Client().GetParameters(context.Background(), &ssm.GetParametersInput{Names: []string{name}})
		if err != nil {
			panic(err)
		}
		for _, p := range out.Parameters {
			texts[slot] = *p.Value
		}
	}
	names := 0
	entries, paths := a.roster.list()
	for slot, e := range entries {
		switch e.kind {
		case byName:
			names++
			ask(slot, e.name)
		case member:
			ask(slot, e.name)
		case labelled:
			ask(slot, e.name+":live")
		}
	}
	for _, p := range paths {
		in := &ssm.GetParametersByPathInput{Path: aws.String("/app")}
		if p.HasLabel() {
			calls++ // two parameters have a label
			continue
		}
		for {
			out, err := tr.store.Client().GetParametersByPath(context.Background(), in)
			if err != nil {
				panic(err)
			}
			calls++
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
	}
	return texts, calls + (names+9)/10
}

// shut closes all groups.
func (tr *trial) shut() {
	for i := range tr.groups {
		tr.ask(step{verb: "close", group: i})
	}
	synctest.Wait()
	if len(tr.waiting()) > 0 {
		time.Sleep(5 * time.Second)
		synctest.Wait()
	}
}

// bubbleOwn is how many goroutines a bubble of package synctest has of its own.
const bubbleOwn = 3

// count notes the goroutines that are left when all groups have been closed,
// those of abandoned calls aside.
func (tr *trial) count(before int) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	expected := bubbleOwn
	for _, c := range tr.calls {
		if c.ended.order == 0 && c.abandoned != never {
			expected++
		}
	}
	if runtime.NumGoroutine() <= before+expected-bubbleOwn {
		return
	}
	// That counts goroutines which have just ended; a dump of stacks does not.
	stacks := make([]byte, 1<<18)
	dump := string(stacks[:runtime.Stack(stacks, true)])
	_, bubble, _ := strings.Cut(dump, "synctest bubble ")
	bubble, _, _ = strings.Cut(bubble, "]")
	if n := strings.Count(dump, "synctest bubble "+bubble+"]"); n > expected {
		tr.left = fmt.Sprintf("%d goroutines too many:\n%s", n-expected, dump)
	}
}
