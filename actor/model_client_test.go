package actor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
)

// troubledClient is a client whose calls meet the faults and latencies of a
// trial, and are recorded.
type troubledClient struct {
	trial *trial
	group int
}

// fault is trouble for the calls of one group.
type fault struct {
	kind  string
	group int
	about string // the name or path that it is about; "": any
	left  int    // how many calls it goes on to hit; 0: until it is mended
}

// How long a call goes on after its context has ended: less than a call may,
// and more.
const (
	lingering = 400 * time.Millisecond
	deafness  = 2500 * time.Millisecond
)

// hits reports whether a call meets the fault.
func (f *fault) hits(c *callSeen) bool {
	if f.group != c.fetch.group {
		return false
	}
	return f.about == "" || f.about == c.path || slices.ContainsFunc(c.names, f.mentions)
}

func (f *fault) mentions(name string) bool {
	base, _, _ := strings.Cut(name, ":")
	return base == f.about
}

func (c *troubledClient) GetParameters(ctx context.Context, in *ssm.GetParametersInput, _ ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	seen := &callSeen{names: slices.Clone(in.Names)}
	return send(ctx, c.trial, seen, func() (*ssm.GetParametersOutput, error) {
		return c.trial.store.Client().GetParameters(context.Background(), in)
	}, func(out *ssm.GetParametersOutput, omitted *fault) {
		if omitted != nil {
			out.Parameters = slices.DeleteFunc(out.Parameters, func(p types.Parameter) bool { return omitted.mentions(*p.Name) })
			out.InvalidParameters = slices.DeleteFunc(out.InvalidParameters, omitted.mentions)
		}
		seen.take(out.Parameters)
	})
}

func (c *troubledClient) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	seen := &callSeen{path: *in.Path, isListing: true}
	return send(ctx, c.trial, seen, func() (*ssm.GetParametersByPathOutput, error) {
		return c.trial.store.Client().GetParametersByPath(context.Background(), in)
	}, func(out *ssm.GetParametersByPathOutput, _ *fault) { seen.take(out.Parameters) })
}

func (c *callSeen) take(items []types.Parameter) {
	for _, item := range items {
		c.answers[*item.Name+aws.ToString(item.Selector)] = *item.Value
	}
}

// send carries out one call: its answer is fixed at its start, whatever it
// meets on its way back.
func send[T any](ctx context.Context, tr *trial, seen *callSeen, ask func() (*T, error), take func(*T, *fault)) (out *T, err error) {
	seen.fetch = ctx.Value(fetchKey{}).(*fetchSeen)
	met, latency := tr.beginCall(seen)
	answer, err := ask()
	defer func() { tr.endCall(seen, err) }()

	select {
	case <-tr.clock.After(latency):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if met != nil && met.kind != "omit" {
		return nil, met.strike(ctx, tr, seen)
	}
	if err != nil {
		return nil, err
	}
	seen.answers = map[string]string{}
	take(answer, met)
	return answer, nil
}

// strike is how a call ends that has met a fault.
func (f *fault) strike(ctx context.Context, tr *trial, seen *callSeen) error {
	switch f.kind {
	case "throttle":
		return &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"}
	case "break":
		return &types.InternalServerError{Message: aws.String("An error occurred on the server side.")}
	case "deny":
		seen.splittable = true
		return &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized"}
	case "lock-key":
		seen.splittable = true
		return &types.InvalidKeyId{Message: aws.String("the key is disabled")}
	case "panic":
		panic("the client is broken")
	case "blank":
		return nil
	}
	<-ctx.Done()
	switch f.kind {
	case "linger":
		<-tr.clock.After(lingering)
	case "deaf":
		tr.mu.Lock()
		seen.abandoned = tr.now().add(time.Second)
		tr.mu.Unlock()
		<-tr.clock.After(deafness)
	}
	return ctx.Err()
}

// beginCall records a call and says what it meets, and how long it takes.
func (tr *trial) beginCall(c *callSeen) (*fault, time.Duration) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	c.began = tr.momentLocked()
	c.abandoned = never
	c.fetch.calls = append(c.fetch.calls, c)
	tr.calls = append(tr.calls, c)
	// Every fourth call alike, so that answers overtake one another.
	latency := tr.latency * [...]time.Duration{1, 3, 0, 2}[len(tr.calls)%4]
	for i, f := range tr.faults {
		if !f.hits(c) {
			continue
		}
		if f.left--; f.left == 0 {
			tr.faults = slices.Delete(tr.faults, i, i+1)
		}
		c.trouble = f.kind
		return f, latency
	}
	return nil, latency
}

func (tr *trial) endCall(c *callSeen, err error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	c.ended, c.err = tr.momentLocked(), err
}

// fetchKey is under what the context of a call holds its *fetchSeen.
type fetchKey struct{}

// watch returns an observer that records a group's fetches.
func (tr *trial) watch(group int) *Observer {
	return &Observer{FetchStarted: func(ctx context.Context, e FetchStarted) context.Context {
		f := &fetchSeen{group: group, start: instantOf(tr.origin, e.Time), names: e.Names, inView: map[int]held{}}
		a := tr.groups[group]
		s := a.snap.Load()
		for _, k := range tr.slots(group) {
			_, err := s.inView(a, k.slot, tr.now())
			if doubted := errors.Is(err, errUnconfirmed); err == nil || doubted {
				p := s.param(k.slot)
				f.inView[k.slot] = held{instantOf(tr.origin, p.FetchedAt()), p.Text(), doubted}
			}
		}
		tr.mu.Lock()
		defer tr.mu.Unlock()
		f.began = tr.momentLocked()
		tr.fetches = append(tr.fetches, f)
		return context.WithValue(ctx, fetchKey{}, f)
	}}
}
