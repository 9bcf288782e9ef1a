package store

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// Store answers GetParameter, GetParameters and GetParametersByPath. It is
// safe for concurrent use.
type Store struct {
	latency time.Duration // constant
	slots   chan struct{} // sent to by a call that starts, received from by one that ends; nil: no limit

	calls atomic.Int64 // stored by each call, loaded by Calls
	names atomic.Int64 // stored by each call, loaded by Names
	// generation is what every value and version derives from; stored by Change, loaded by each call.
	generation atomic.Int64
}

// Config describes a [Store].
type Config struct {
	Latency time.Duration // how long each call takes; 0: no longer than it must
	Slots   int           // how many calls may be under way at once, the others wait; 0: any number
}

// New returns a store.
func New(cfg Config) *Store {
	s := &Store{latency: cfg.Latency}
	if cfg.Slots > 0 {
		s.slots = make(chan struct{}, cfg.Slots)
	}
	return s
}

// Calls returns how many API calls the store has answered or begun to answer.
func (s *Store) Calls() int64 { return s.calls.Load() }

// Names returns how many names those calls asked for.
func (s *Store) Names() int64 { return s.names.Load() }

// Change gives every parameter another value and version.
func (s *Store) Change() { s.generation.Add(1) }

// GetParameter answers for one name. ssmcache never calls it; some peers know
// no other operation.
func (s *Store) GetParameter(
	ctx context.Context, in *ssm.GetParameterInput, _ ...func(*ssm.Options),
) (*ssm.GetParameterOutput, error) {
	if err := s.serve(ctx, 1); err != nil {
		return nil, err
	}
	p := s.answer(aws.ToString(in.Name))
	return &ssm.GetParameterOutput{Parameter: &p}, nil
}

// GetParameters answers for up to ten names. It refuses more, as AWS does.
func (s *Store) GetParameters(
	ctx context.Context, in *ssm.GetParametersInput, _ ...func(*ssm.Options),
) (*ssm.GetParametersOutput, error) {
	if len(in.Names) < 1 || len(in.Names) > batch {
		return nil, &invalidBatch{size: len(in.Names)}
	}
	if err := s.serve(ctx, len(in.Names)); err != nil {
		return nil, err
	}
	out := &ssm.GetParametersOutput{
		Parameters:        make([]types.Parameter, 0, len(in.Names)),
		InvalidParameters: []string{},
	}
	for _, name := range in.Names {
		out.Parameters = append(out.Parameters, s.answer(name))
	}
	return out, nil
}

// GetParametersByPath answers that the path holds nothing: no work here lists
// a path, but fetch.Client has the method.
func (s *Store) GetParametersByPath(
	ctx context.Context, _ *ssm.GetParametersByPathInput, _ ...func(*ssm.Options),
) (*ssm.GetParametersByPathOutput, error) {
	if err := s.serve(ctx, 0); err != nil {
		return nil, err
	}
	return &ssm.GetParametersByPathOutput{Parameters: []types.Parameter{}}, nil
}

// serve counts a call and lets its time pass.
func (s *Store) serve(ctx context.Context, names int) error {
	if s.slots != nil {
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.calls.Add(1)
	s.names.Add(int64(names))
	if s.latency == 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(s.latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
