package actor

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/benbjohnson/clock"
	"github.com/ssmcache/ssmcache/fetch"
)

var (
	origin = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

	errThrottled = errors.New("throttled")
	errDenied    = errors.New("denied")
)

// least and most are the bounds of every draw.
func least(int64) int64  { return 0 }
func most(n int64) int64 { return n - 1 }

// driven is a core that a test drives by hand: there is no goroutine, and time
// passes when the test says so.
type driven struct {
	*core
	t     *testing.T
	now   instant
	slots map[string]int // of names and paths

	texts map[string]string        // what the store holds; a name that is not here is not found
	fails map[string]fetch.Outcome // names and paths for which the store fails
}

// drive returns a core that has been asked for names. The store holds each, with
// the text "1".
func drive(t *testing.T, p Policy, random draw, names ...string) *driven {
	r := newRoster()
	first := &snapshot{policy: p, origin: origin, limitAt: never}
	first.seal(clock.New())
	d := &driven{core: newCore(p, random, r, first), t: t, slots: map[string]int{}, texts: map[string]string{}, fails: map[string]fetch.Outcome{}}
	for _, name := range names {
		d.texts[name] = "1"
		d.add(name)
	}
	return d
}

// warm returns a driven core whose names have all been fetched at 0.
func warm(t *testing.T, p Policy, random draw, names ...string) *driven {
	d := drive(t, p, random, names...)
	d.reads()
	d.begins(names...)
	d.lands()
	return d
}

// add asks for a name, or for a path if it ends with a star.
func (d *driven) add(name string) int {
	d.t.Helper()
	if path, ok := cutStar(name); ok {
		p, err := fetch.ParsePath(fetch.BasePath{}, path, false, nil)
		if err != nil {
			d.t.Fatal(err)
		}
		delete(d.texts, name)
		d.slots[name] = d.roster.addPath(p)
	} else {
		n, err := fetch.ParseName(name)
		if err != nil {
			d.t.Fatal(err)
		}
		d.slots[name] = d.roster.addName(n)
	}
	return d.slots[name]
}

func cutStar(name string) (string, bool) {
	return name[:max(len(name)-1, 0)], len(name) > 0 && name[len(name)-1] == '*'
}

// at makes it d after the origin, by both clocks.
func (d *driven) at(since time.Duration) { d.now = instant{since, since} }

// asks brings in a request, and returns where its reply will arrive.
func (d *driven) asks(r request) chan reply {
	r.reply = make(chan reply, 1)
	d.accept(r, d.now)
	d.settles()
	return r.reply
}

func (d *driven) reads() chan reply     { return d.asks(request{want: wantRead}) }
func (d *driven) refreshes() chan reply { return d.asks(request{want: wantRefresh}) }

func (d *driven) rejects(name, text string) chan reply {
	return d.asks(request{want: wantOther, slot: d.slots[name], text: text})
}

// settles does what the loop does after each event: it publishes, answers, and
// takes away what has passed its limit.
func (d *driven) settles() {
	if d.snap.self == nil || d.snap.self != d.snap {
		d.snap.seal(clock.New())
	}
	for _, a := range d.answers {
		a.to.reply <- a.reply
	}
	d.answers = nil
	if d.expire(d.now) {
		d.snap.seal(clock.New())
	}
	d.noteStale(d.now)
	d.events = nil
}

// begins fails unless a fetch of exactly names, and of paths with a star, starts
// now. No names: none starts.
func (d *driven) begins(names ...string) *plan {
	d.t.Helper()
	d.settles()
	p := d.next(d.now)
	d.settles()
	var got []string
	if p != nil {
		got = d.asked(p)
	}
	want := slices.Sorted(slices.Values(names))
	if !slices.Equal(got, want) {
		d.t.Fatalf("after %v the core fetches %q, want %q", d.now.mono, got, want)
	}
	return p
}

// asked names what p asks for.
func (d *driven) asked(p *plan) []string {
	_, paths := d.roster.list()
	var asked []string
	for _, slot := range p.names {
		asked = append(asked, p.entries[slot].name)
	}
	for _, path := range p.paths {
		asked = append(asked, paths[path].String()+"*")
	}
	slices.Sort(asked)
	return asked
}

// lands ends the fetch under way with what the store says, as of now.
func (d *driven) lands() {
	d.t.Helper()
	p := d.flight
	if p == nil {
		d.t.Fatal("no fetch is under way")
	}
	at := origin.Add(p.at.mono)
	var res fetch.Result
	for _, slot := range p.names {
		res.Names = append(res.Names, d.says(p.entries[slot].name, at))
	}
	_, paths := d.roster.list()
	for _, path := range p.paths {
		res.Paths = append(res.Paths, d.lists(paths[path], at))
	}
	d.land(res, d.now)
	d.settles()
}

func (d *driven) says(name string, at time.Time) fetch.Outcome {
	if o, ok := d.fails[name]; ok {
		return o
	}
	if _, ok := d.texts[name]; !ok {
		return fetch.Outcome{Class: fetch.NotFound, Err: fetch.ErrNotFound}
	}
	return fetch.Outcome{Parameter: d.parameter(name, at)}
}

func (d *driven) lists(path fetch.Path, at time.Time) fetch.Listing {
	if o, ok := d.fails[path.String()]; ok {
		return fetch.Listing{Class: o.Class, Err: o.Err}
	}
	var l fetch.Listing
	for _, name := range slices.Sorted(maps.Keys(d.texts)) {
		if path.Contains(name) {
			l.Parameters = append(l.Parameters, d.parameter(name, at))
		}
	}
	return l
}

func (d *driven) parameter(name string, at time.Time) fetch.Parameter {
	return fetch.NewParameter(types.Parameter{Name: aws.String(name), Value: aws.String(d.texts[name])}, at)
}

// throttles makes the store throttle what asks for names, or nothing any more.
func (d *driven) throttles(names ...string) {
	d.fails = map[string]fetch.Outcome{}
	for _, name := range names {
		d.fails[name] = fetch.Outcome{Class: fetch.Failed, Err: errThrottled}
	}
}

// slot returns the slot of a name, of a path with its star, or of a parameter
// that a listing has brought.
func (d *driven) slot(name string) int {
	d.t.Helper()
	if slot, ok := d.slots[name]; ok {
		return slot
	}
	slot, ok := d.roster.slots[name]
	if !ok {
		d.t.Fatalf("there is no slot for %s", name)
	}
	return slot
}

// judges fails unless a read of name that begins now gets the verdict.
func (d *driven) judges(name string, want verdict) {
	d.t.Helper()
	slot := d.slot(name)
	if got := d.snap.judge(slot, d.now, d.snap.see(slot)); got != want {
		d.t.Errorf("after %v a read of %s is judged %v, want %v", d.now.mono, name, words[got], words[want])
	}
}

var words = map[verdict]string{hit: "hit", stale: "stale", failed: "failed", miss: "miss", closed: "closed"}

// holding fails unless the snapshot has exactly these texts, by name; "" is no
// value.
func (d *driven) holding(want map[string]string) {
	d.t.Helper()
	got := map[string]string{}
	for name := range want {
		got[name] = d.snap.param(d.slot(name)).Text()
	}
	if !reflect.DeepEqual(got, want) {
		d.t.Errorf("after %v the group holds %v, want %v", d.now.mono, got, want)
	}
}

// answered returns a reply that must have arrived.
func answered(t *testing.T, replies chan reply) reply {
	t.Helper()
	select {
	case r := <-replies:
		return r
	default:
		t.Fatal("the request has not been answered")
		return reply{}
	}
}

// unanswered fails if a reply has arrived.
func unanswered(t *testing.T, replies chan reply) {
	t.Helper()
	if len(replies) != 0 {
		t.Fatal("the request has been answered already")
	}
}

// agreed is an instant at which both clocks agree.
func agreed(d time.Duration) instant { return instant{d, d} }
