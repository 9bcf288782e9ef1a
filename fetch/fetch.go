package fetch

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"golang.org/x/sync/errgroup"
)

// Limits of GetParameters and GetParametersByPath (AWS Systems Manager API
// Reference), and of what one fetch may spend on isolating culprits.
const (
	batchSize      = 10
	maxExtraCalls  = 20     // on splitting failed batches
	maxPages       = 20_000 // of one listing: 200,000 parameters
	resultsPerPage = 10
)

// MaxAlone is how many culprits one fetch asks for one by one.
const MaxAlone = 20

// Request is what one fetch asks for.
type Request struct {
	Start   time.Time // becomes FetchedAt of all that the fetch brings
	Decrypt bool
	Names   []Ask
	Paths   []List
	Turn    int // how many of the culprits were asked alone before: whose turn it is
}

// Ask asks for one name.
type Ask struct {
	Name    Name
	Known   Parameter // what is known of it; reused if it has not changed
	Culprit bool      // it failed by itself before: keep it apart from the healthy
}

// List asks for one listing.
type List struct {
	Path  Path
	Known func(name string) Parameter // what is known of a name; reused if it has not changed
}

// Result is what a fetch brought: an outcome for each name and each path of the
// request, in its order.
type Result struct {
	Names []Outcome
	Paths []Listing
	Calls int // API calls made

	Throttled int // how often the store refused because there were too many; what the SDK then sent again counts too
}

// Outcome is what became of one name.
type Outcome struct {
	Parameter Parameter // if Found
	Err       error     // the cause otherwise
	Class     Class
	Culprit   bool // it failed standing alone, or failed again as a culprit
}

// Listing is what became of one path: all of its pages or none.
type Listing struct {
	Parameters []Parameter // ordered by name, each name once
	Err        error
	Class      Class
}

// run is one fetch under way.
type run struct {
	*Fetcher
	req    Request
	at     *time.Time    // of its own, so that a Parameter keeps nothing else of the fetch
	names  []Outcome     // each written by the goroutine that holds its batch
	paths  []Listing     // each written by the goroutine that lists it
	twins  map[int][]int // asks that another ask stands for: /p and p
	budget int           // extra calls left; of Fetch's goroutine

	mu        sync.Mutex
	calls     int
	throttled int
	halt      error // the first transient failure; no call starts after it
}

// Fetch asks for all of req and returns when every name and path has an
// outcome. Names go out in batches of ten, and paths are listed, in parallel
// within the gate. The first transient failure stops further calls from
// starting; what was not asked shares its error. A batch that a culprit may
// have failed is split until the culprit stands alone, with at most 20 extra
// calls. Known culprits are asked after the healthy: 20 alone, in the order of
// the request, the rest in batches.
//
// The end of ctx ends the calls in flight.
func (f *Fetcher) Fetch(ctx context.Context, req Request) Result {
	r := &run{
		Fetcher: f, req: req, at: new(time.Time), budget: maxExtraCalls,
		names: make([]Outcome, len(req.Names)), paths: make([]Listing, len(req.Paths)),
	}
	*r.at = req.Start
	healthy, culprits := r.sort()
	r.askAndList(ctx, chunks(healthy, batchSize))
	for _, b := range r.failedBatches(healthy) {
		r.split(ctx, b)
	}
	if err := r.stopped(); err != nil {
		r.leave(culprits, err)
	} else {
		r.askCulprits(ctx, rotated(culprits, req.Turn))
	}
	for first, others := range r.twins {
		for _, i := range others {
			r.names[i] = r.names[first].respelled(r.req.Names[i])
		}
	}
	return Result{Names: r.names, Paths: r.paths, Calls: r.calls, Throttled: r.throttled}
}

// sort returns the indexes of the asks to send, apart for culprits. An ask for
// the same root parameter in its other spelling is not sent.
func (r *run) sort() (healthy, culprits []int) {
	roots := map[string]int{}
	healthy = make([]int, 0, len(r.req.Names))
	for i, ask := range r.req.Names {
		if full := ask.Name.full; atRoot(full) != full || full[0] != '/' {
			if first, ok := roots[atRoot(full)]; ok {
				if r.twins == nil {
					r.twins = map[int][]int{}
				}
				r.twins[first] = append(r.twins[first], i)
				continue
			}
			roots[atRoot(full)] = i
		}
		if ask.Culprit {
			culprits = append(culprits, i)
		} else {
			healthy = append(healthy, i)
		}
	}
	return healthy, culprits
}

func chunks(s []int, size int) [][]int {
	batches := make([][]int, 0, (len(s)+size-1)/size)
	for len(s) > size {
		batches = append(batches, s[:size:size])
		s = s[size:]
	}
	if len(s) > 0 {
		batches = append(batches, s)
	}
	return batches
}

// askAndList asks for the batches and lists the paths, all in parallel.
func (r *run) askAndList(ctx context.Context, batches [][]int) {
	var g errgroup.Group // no error ends it: each batch keeps its own
	g.SetLimit(r.seat.gate.size)
	for i := range r.req.Paths {
		g.Go(func() error { r.paths[i] = r.list(ctx, r.req.Paths[i]); return nil })
	}
	for _, b := range batches {
		g.Go(func() error { r.ask(ctx, b); return nil })
	}
	_ = g.Wait()
}

// ask asks for one batch and writes the outcome of each of its names.
func (r *run) ask(ctx context.Context, batch []int) {
	names := make([]Name, len(batch))
	in := &ssm.GetParametersInput{Names: make([]string, len(batch)), WithDecryption: aws.Bool(r.req.Decrypt)}
	for i, b := range batch {
		names[i] = r.req.Names[b].Name
		in.Names[i] = names[i].full
	}
	out, err := inSlot(ctx, r, OpGetParameters, splittable, func(ctx context.Context, opts ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
		return r.client.GetParameters(ctx, in, opts...)
	})
	var answers []answer
	if err == nil {
		if answers = match(names, out); noneAnswered(answers) {
			err = errors.New("the answer mentions none of the names")
		}
	}
	if err != nil && !splittable(err) {
		err = r.stop(err)
	}
	for i, b := range batch {
		if err != nil {
			r.names[b] = Outcome{Err: err, Class: Failed}
		} else {
			r.names[b] = r.outcome(r.req.Names[b], answers[i])
		}
	}
}

func noneAnswered(answers []answer) bool {
	for _, a := range answers {
		if a.item != nil || a.unknown {
			return false
		}
	}
	return true
}

var errUnanswered = errors.New("the store's answer does not mention it")

func (r *run) outcome(ask Ask, a answer) Outcome {
	switch {
	case a.item != nil:
		base, _ := ask.Name.split()
		return Outcome{Parameter: renewed(ask.Known, a.item, base, r.at)}
	case a.unknown:
		return Outcome{Err: ErrNotFound, Class: NotFound}
	}
	return Outcome{Err: errUnanswered, Class: Definite}
}

// respelled returns o as the outcome of ask, for the same parameter.
func (o Outcome) respelled(ask Ask) Outcome {
	if o.Class != Found {
		return o
	}
	rec := *o.Parameter.rec
	rec.name, _ = ask.Name.split()
	if o.Parameter.rec = &rec; o.Parameter.Unchanged(ask.Known) {
		o.Parameter.rec = ask.Known.rec
	}
	return o
}

// inSlot makes one call when there is a slot for it, unless the fetch has been
// stopped by then. An error that is not a name's or a path's own stops it before
// another call may have the slot.
func inSlot[T any](ctx context.Context, r *run, op string, own func(error) bool, do clientCall[T]) (*T, error) {
	if err := r.stopped(); err != nil {
		return nil, err
	}
	if err := r.seat.acquire(ctx); err != nil {
		return nil, r.stop(detached(err))
	}
	r.mu.Lock()
	err := r.halt
	if err == nil {
		r.calls++
	}
	r.mu.Unlock()
	if err != nil {
		r.seat.release()
		return nil, err
	}
	defer r.seat.release()
	var tried attempts
	out, err := call(ctx, r.Fetcher, op, &tried, do)
	if err != nil && !own(err) {
		err = r.stop(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.throttled += tried.throttles(err)
	return out, err
}

// stop keeps further calls of the fetch from starting, and returns err.
func (r *run) stop(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.halt == nil {
		r.halt = err
	}
	return err
}

func (r *run) stopped() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.halt
}
