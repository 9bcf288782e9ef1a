package koanf

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
)

// reading is what one snapshot of the group has. It is not modified once it is
// made.
type reading struct{ byKey map[string]fetch.Parameter }

// read reads the parameters. With a context that has ended it neither waits nor
// fetches.
func (p *Provider) read(ctx context.Context) (*reading, error) {
	r, whole, err := p.try(ctx)
	for !whole {
		// What the first try waited for is there by now.
		next, settled, failed := p.try(ended())
		if errors.Is(failed, context.Canceled) {
			break // it has been taken away already
		}
		r, whole, err = next, settled, failed
	}
	return r, err
}

// try reads the parameters, and reports whether the handles and the view that
// they were read with are of one snapshot: no fetch ended meanwhile.
func (p *Provider) try(ctx context.Context) (r *reading, whole bool, err error) {
	fetches := p.group.Stats().Fetches
	handles, err := p.handles(ctx)
	if err != nil {
		return nil, true, err
	}
	view, err := p.group.View(ctx)
	if err != nil {
		return nil, true, err
	}
	params, err := lookup(view, handles)
	whole = p.group.Stats().Fetches == fetches
	if err != nil {
		return nil, whole, err
	}
	byKey, err := p.cfg.keyed(params)
	if err != nil {
		return nil, whole, err
	}
	return &reading{byKey}, whole, nil
}

func (p *Provider) handles(ctx context.Context) ([]*handle.Handle, error) {
	if p.cfg.Path == "" {
		return p.group.Handles(), nil
	}
	return p.group.Parameters(ctx, p.cfg.Path, p.cfg.List)
}

// lookup returns what the view has for handles.
func lookup(view handle.View, handles []*handle.Handle) ([]fetch.Parameter, error) {
	params := make([]fetch.Parameter, len(handles))
	var errs []error
	for i, h := range handles {
		p, err := view.Lookup(h)
		if e := (*fetch.Error)(nil); err != nil && !errors.As(err, &e) {
			// It says nothing of the store: an absence that is not confirmed, say.
			var held bool
			if p, held = h.Peek(); held {
				err = nil
			} else {
				err = unsettled{err}
			}
		}
		params[i] = p
		errs = append(errs, err)
	}
	return params, errors.Join(errs...)
}

// unsettled is an error that a fetch will settle: the name has been added since
// the last one, say.
type unsettled struct{ error }

func (u unsettled) Unwrap() error { return u.error }

// nested returns the values as nested maps, which are the caller's.
func (r *reading) nested(delim string) map[string]any {
	all := map[string]any{}
	for key, p := range r.byKey {
		nest(all, strings.Split(key, delim), valueOf(p))
	}
	return all
}

func valueOf(p fetch.Parameter) any {
	if p.Type() == types.ParameterTypeStringList {
		if items, err := p.Strings(); err == nil {
			return items
		}
	}
	return p.Text()
}

// same reports whether r and q have the same keys and values.
func (r *reading) same(q *reading) bool {
	if r == nil || q == nil || len(r.byKey) != len(q.byKey) {
		return r == q
	}
	for key, p := range r.byKey {
		other, ok := q.byKey[key]
		if !ok || p.Text() != other.Text() || p.Type() != other.Type() {
			return false
		}
	}
	return true
}
