package handle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/ssmcache/ssmcache/fetch"
)

// Value is a handle's value, or the values of a struct's fields ([Bind]),
// decoded into a T. It is decoded once per value, not once per read, on the
// goroutine of the first read that sees it. The T is shared by all readers: it
// is not to be modified.
//
// A new value that does not decode is reported once to the registry's logger,
// and by Err. Get goes on serving the last one that did decode until MaxAge and
// MaxStale after the start of the last fetch in which a read saw it.
type Value[T any] struct {
	handle *Handle                          // constant
	decode func(fetch.Parameter) (T, error) // constant
	latest atomic.Pointer[decoded[T]]       // stored under mu, loaded by everybody
	mu     sync.Mutex                       // held while decoding
	past   *decoded[T]                      // under mu; of a view that is older than latest
	bound  *bound[T]                        // constant; not nil: of a struct, and handle stands for its group alone
}

// decoded is what became of the value that was last seen.
type decoded[T any] struct {
	seen  fetch.Parameter
	good  fetch.Parameter // what value was decoded from; zero: nothing has decoded yet
	value T
	err   error // why seen is not good; nil: it is
}

// As returns a typed value of h. decode gets the parameter and must not keep or
// modify it; its error, or its panic, becomes an error that names the parameter
// and hides the text of the cause, which errors.As reaches.
func As[T any](h *Handle, decode func(fetch.Parameter) (T, error)) *Value[T] {
	return &Value[T]{handle: h, decode: decode}
}

// Get returns the decoded value. It waits like [Handle.Get]. If the store's
// value does not decode, it returns the last one that did while that may be
// served, and a [*fetch.Error] with Op "decode" otherwise.
func (v *Value[T]) Get(ctx context.Context) (T, error) {
	if p, ok := v.handle.group.Param(v.handle.slot); ok {
		if d := v.latest.Load(); d != nil && d.seen == p && d.err == nil {
			return d.value, nil
		}
	}
	if v.bound != nil {
		value, err := v.bound.get(ctx)
		return *value, err
	}
	return v.slowGet(ctx)
}

func (v *Value[T]) slowGet(ctx context.Context) (T, error) {
	var none T
	p, err := v.handle.Lookup(ctx)
	if err != nil {
		return none, err
	}
	d := v.latest.Load()
	if d == nil || d.seen != p {
		d = v.see(p)
	}
	if d.err != nil && (d.good.IsZero() || !v.handle.group.Serves(d.good)) {
		return none, d.err
	}
	return d.value, nil
}

// In returns the decoded value that the view has, never an earlier one. It does
// not block, except to decode; a struct of [Bind] that no Get has decoded is
// decoded anew.
func (v *Value[T]) In(view View) (T, error) {
	if v.bound != nil {
		return v.bound.in(view)
	}
	var none T
	p, err := view.Lookup(v.handle)
	if err != nil {
		return none, err
	}
	d := v.latest.Load()
	if d == nil || d.seen != p {
		d = v.see(p)
	}
	if !d.good.IsZero() && d.good.Unchanged(p) {
		return d.value, nil
	}
	return none, d.err
}

// Err returns why the last Get served an earlier value than the store's, nil if
// it did not.
func (v *Value[T]) Err() error {
	if v.bound != nil {
		return v.bound.err()
	}
	if d := v.latest.Load(); d != nil && d.err != nil && !d.good.IsZero() && v.handle.group.Serves(d.good) {
		return d.err
	}
	return nil
}

// Format writes whose value it is, whatever the verb: a Value that is in use can
// be printed, without what it decodes to.
func (v *Value[T]) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "value of "+v.handle.name) }

// Changes is [Handle.Changes] with decoded values. A value that does not decode
// yields nothing.
func (v *Value[T]) Changes(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		if v.bound != nil {
			v.bound.changes(ctx, yield)
			return
		}
		for p := range v.handle.Changes(ctx) {
			if d := v.see(p); d.err == nil && !yield(d.value) {
				return
			}
		}
	}
}

// see returns what p decodes to, decoding it if it is a new value. It waits for
// another reader's decoder.
func (v *Value[T]) see(p fetch.Parameter) *decoded[T] {
	v.mu.Lock()
	defer v.mu.Unlock()
	d := v.latest.Load()
	if d != nil && d.seen == p {
		return d
	}
	earlier := d != nil && p.FetchedAt().Before(d.seen.FetchedAt())
	if earlier && v.past != nil && v.past.seen.Unchanged(p) {
		return v.past
	}
	next := &decoded[T]{seen: p}
	switch {
	case d == nil || !d.seen.Unchanged(p):
		if d != nil {
			next.good, next.value = d.good, d.value
		}
		value, err := v.decoded(p)
		if next.err = err; err == nil {
			next.good, next.value = p, value
		} else if panicked := (*fetch.PanicError)(nil); !earlier || errors.As(err, &panicked) {
			v.report(err)
		}
	case d.err == nil:
		next.good, next.value = p, d.value
	default:
		next.good, next.value, next.err = d.good, d.value, d.err
	}
	if earlier { // somebody has seen a later one
		v.past = next
	} else {
		v.latest.Store(next)
	}
	return next
}

// decoded calls the decoder.
func (v *Value[T]) decoded(p fetch.Parameter) (T, error) {
	var value T
	err := fetch.Guard(func() (err error) { value, err = v.decode(p); return err })
	if err == nil {
		return value, nil
	}
	return value, undecodable(v.handle.name, err)
}

// undecodable returns the error of a value that a decoder failed on. It hides
// the text of err, which may quote the value.
func undecodable(name string, err error) error {
	var panicked *fetch.PanicError
	var reason *notA
	switch {
	case errors.As(err, &panicked):
		err = panicked
	case errors.As(err, &reason):
		err = fetch.Decoding(reason.Error(), reason.cause)
	default:
		err = fetch.Decoding("the value does not decode", err)
	}
	return &fetch.Error{Op: fetch.OpDecode, Name: name, Err: err}
}

// report logs that a new value does not decode; see calls it once per value.
func (v *Value[T]) report(err error) {
	args := []any{"parameter", v.handle.name, "error", err}
	var panicked *fetch.PanicError
	if errors.As(err, &panicked) {
		args = append(args, "stack", string(panicked.Stack))
	}
	v.handle.group.Logger().Warn("ssmcache: a value does not decode", args...)
}
