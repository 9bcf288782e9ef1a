package handle

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ssmcache/ssmcache/actor"
	"github.com/ssmcache/ssmcache/fetch"
)

// bound is what a [Value] of a struct is decoded from: the fields' parameters in
// one view.
type bound[T any] struct {
	source  Source       // constant
	group   *actor.Actor // constant
	root    reflect.Type // constant; the struct
	pointer bool         // constant; T points to the struct
	fields  []field      // constant
	dated   bool         // constant; a field is a fetch.Parameter, which has the time of its fetch

	latest atomic.Pointer[structure[T]] // stored under mu, loaded by everybody
	mu     sync.Mutex                   // held while decoding
}

// structure is what became of the edition of the group that was last seen.
type structure[T any] struct {
	edition actor.Edition
	seen    *reading
	good    *reading // what value was decoded from; nil: nothing has decoded yet
	value   T
	err     error // why seen is not good; nil: it is
}

// reading is what one view has for the fields. It is not modified once it is
// made.
type reading struct {
	params []fetch.Parameter // by field; zero: there is none
	errs   []error           // by field; nil: there is a value, or need not be one. The whole is nil if every element is
	oldest fetch.Parameter   // the one of params that was fetched first
	late   bool              // some value was too old when the view was made, which says nothing of the next view
}

// get returns the struct that a Get is to return; never nil.
func (b *bound[T]) get(ctx context.Context) (*T, error) {
	d := b.latest.Load()
	if d != nil && d.err == nil && (b.group.Holds(d.edition) || b.group.Fresh(d.edition)) {
		return &d.value, nil
	}
	return b.slowGet(ctx)
}

// ready returns what the latest snapshot decodes to, if that may be served without
// a wait. A view would ask for what is optional and not found.
func (b *bound[T]) ready() *structure[T] {
	latest, _ := b.group.Latest()
	edition := latest.Edition()
	if !b.group.Holds(edition) && !b.group.Fresh(edition) {
		return nil
	}
	r := b.read(NewView(latest))
	if r.errs != nil {
		return nil
	}
	if d := b.see(edition, r); d.err == nil || b.serves(d) {
		return d
	}
	return nil
}

func (b *bound[T]) slowGet(ctx context.Context) (*T, error) {
	if d := b.ready(); d != nil {
		return &d.value, nil
	}
	view, err := b.source.View(ctx)
	d := b.latest.Load()
	if err != nil {
		latest, changed := b.group.Latest()
		switch {
		case changed == nil:
			return new(T), actor.ErrClosed
		case ctx.Err() != nil && b.serves(d):
			return &d.value, nil
		case ctx.Err() != nil:
			return new(T), err
		}
		view = NewView(latest) // field by field, it says why nothing can be served
	}
	if edition := view.of.Edition(); d == nil || d.edition != edition {
		r := b.read(view)
		if r.late {
			if b.serves(d) {
				return &d.value, nil
			}
			value, late := b.decode(r)
			return &value, errors.Join(late, err)
		}
		d = b.see(edition, r)
	}
	switch {
	case d.err == nil && (d.good.oldest.IsZero() || view.of.Serves(d.good.oldest)), d.err != nil && b.serves(d):
		return &d.value, nil
	case d.err != nil:
		return new(T), d.err
	}
	value, late := b.in(view)
	if late != nil {
		late = errors.Join(late, err)
	}
	return &value, late
}

// serves reports whether the last struct that decoded may still be served.
func (b *bound[T]) serves(d *structure[T]) bool {
	return d != nil && d.good != nil && (d.good.oldest.IsZero() || b.group.Serves(d.good.oldest))
}

// in returns the struct that the view has.
func (b *bound[T]) in(view View) (T, error) {
	r := b.read(view)
	d := b.latest.Load()
	if d != nil && d.good != nil && d.good.unchanged(r) && (!b.dated || d.good.same(r)) {
		return d.value, nil
	}
	if d != nil && d.err != nil && d.seen.unchanged(r) {
		return *new(T), d.err // which see has reported
	}
	value, err := b.decode(r)
	if panicked := (*fetch.PanicError)(nil); r.errs == nil && errors.As(err, &panicked) {
		b.report(err, false)
	}
	return value, err
}

func (b *bound[T]) err() error {
	if d := b.latest.Load(); d != nil && d.err != nil && b.serves(d) {
		return d.err
	}
	return nil
}

// changes calls yield as [Value.Changes] says, until that returns false.
func (b *bound[T]) changes(ctx context.Context, yield func(T) bool) {
	var last *reading
	for ctx.Err() == nil {
		view, changed := b.group.Latest()
		if changed == nil {
			return
		}
		if r := b.read(NewView(view)); r.errs == nil && !r.unchanged(last) {
			last = r
			if d := b.see(view.Edition(), r); d.err == nil && !yield(d.value) {
				return
			}
			continue // what was published meanwhile comes first
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// read reads the fields' parameters in a view.
func (b *bound[T]) read(view View) *reading {
	r := &reading{params: make([]fetch.Parameter, len(b.fields))}
	for i := range b.fields {
		f := &b.fields[i]
		p, err := view.Lookup(f.handle)
		if r.params[i] = p; err == nil {
			if r.oldest.IsZero() || p.FetchedAt().Before(r.oldest.FetchedAt()) {
				r.oldest = p
			}
			continue
		}
		if f.optional && errors.Is(err, fetch.ErrNotFound) {
			continue
		}
		if r.errs == nil {
			r.errs = make([]error, len(b.fields))
		}
		r.errs[i] = err
		r.late = r.late || actor.IsPastLimit(err)
	}
	return r
}

// unchanged reports whether r and q have the same values, and lack the same.
func (r *reading) unchanged(q *reading) bool {
	if q == nil || (r.errs == nil) != (q.errs == nil) {
		return false
	}
	for i, p := range r.params {
		if p.IsZero() != q.params[i].IsZero() || !p.Unchanged(q.params[i]) {
			return false
		}
		if r.errs != nil && ((r.errs[i] == nil) != (q.errs[i] == nil) || errors.Is(r.errs[i], fetch.ErrNotFound) != errors.Is(q.errs[i], fetch.ErrNotFound)) {
			return false
		}
	}
	return true
}

// same reports whether r and q have the same parameters of the same fetches.
func (r *reading) same(q *reading) bool { return slices.Equal(r.params, q.params) }

// see returns what r decodes to, which an edition of the group had, decoding it
// if something in it is new.
func (b *bound[T]) see(edition actor.Edition, r *reading) *structure[T] {
	b.mu.Lock()
	defer b.mu.Unlock()
	d := b.latest.Load()
	if d != nil && d.edition == edition {
		return d
	}
	next := &structure[T]{edition: edition, seen: r}
	if d != nil {
		next.good, next.value = d.good, d.value
	}
	known := d != nil && d.seen.unchanged(r)
	if known && d.err == nil && (!b.dated || d.seen.same(r)) {
		next.good = r
	} else if value, err := b.decode(r); err == nil {
		next.good, next.value = r, value
	} else {
		next.err = err
	}
	if d != nil && edition < d.edition {
		return next // somebody has seen a later one
	}
	if b.latest.Store(next); next.err != nil && !known {
		b.report(next.err, next.good != nil)
	}
	return next
}

// decode decodes the fields. Its error joins what is wrong with each.
func (b *bound[T]) decode(r *reading) (T, error) {
	var value T
	to := reflect.ValueOf(&value).Elem()
	if b.pointer {
		to.Set(reflect.New(b.root))
		to = to.Elem()
	}
	var errs []error
	for i := range b.fields {
		f := &b.fields[i]
		p := r.params[i]
		if p.IsZero() {
			p = f.fallback
		}
		switch {
		case r.errs != nil && r.errs[i] != nil:
			errs = append(errs, f.errorf(r.errs[i]))
		case !p.IsZero():
			if err := f.decode(to.FieldByIndex(f.index), p); err != nil {
				errs = append(errs, f.errorf(err))
			}
		}
	}
	if errs == nil {
		return value, nil
	}
	var none T
	return none, fmt.Errorf("ssmcache: bind %v: %w", b.root, errors.Join(errs...))
}

// report logs that a struct does not decode: once per set of values that a Get
// sees, and each time that a decoder panics in an old view.
func (b *bound[T]) report(err error, kept bool) {
	args := []any{"struct", b.root.String(), "kept", kept, "error", err}
	var panicked *fetch.PanicError
	if errors.As(err, &panicked) {
		args = append(args, "stack", string(panicked.Stack))
	}
	b.group.Logger().Warn("ssmcache: a bound struct does not decode", args...)
}
