package fetch

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// failedBatches returns the batches of healthy that a culprit may have failed.
// A batch of one has found its culprit.
func (r *run) failedBatches(healthy []int) [][]int {
	var failed [][]int
	for _, b := range chunks(healthy, batchSize) {
		if r.mayHoldCulprit(b) {
			failed = append(failed, b)
		}
	}
	return failed
}

// mayHoldCulprit reports whether batch failed with an error that one of its
// names may have caused. All names of a failed batch share one outcome.
func (r *run) mayHoldCulprit(batch []int) bool {
	o := &r.names[batch[0]]
	return o.Class == Failed && splittable(o.Err)
}

// split asks for the two halves of a failed batch, and on, until each culprit
// stands alone. It goes depth first and one call at a time, so that a budget
// too small for all culprits still isolates some: every fetch makes progress.
func (r *run) split(ctx context.Context, batch []int) {
	if len(batch) == 1 {
		o := &r.names[batch[0]]
		o.Class, o.Culprit = Definite, true
		return
	}
	if r.budget < 2 { // the halves cost two
		return
	}
	r.budget -= 2
	half := len(batch) / 2
	for _, part := range [...][]int{batch[:half], batch[half:]} {
		r.ask(ctx, part)
		if r.mayHoldCulprit(part) {
			r.split(ctx, part)
		}
	}
}

// askCulprits asks for known culprits: the first 20 of them alone, the rest in batches
// that are not split. What fails stays a culprit, and any failure of a culprit
// is its own: it must not keep the group from its other values.
func (r *run) askCulprits(ctx context.Context, culprits []int) {
	alone := min(len(culprits), MaxAlone)
	batches := append(chunks(culprits[:alone], 1), chunks(culprits[alone:], batchSize)...)
	var g errgroup.Group
	g.SetLimit(r.seat.gate.size)
	for _, b := range batches {
		g.Go(func() error {
			r.ask(ctx, b)
			for _, i := range b {
				if o := &r.names[i]; o.Class == Failed {
					o.Class, o.Culprit = Definite, true
				}
			}
			return nil
		})
	}
	_ = g.Wait()
}

// leave gives culprits that are not asked the error of the call that stopped the
// fetch: it says nothing about them.
func (r *run) leave(culprits []int, err error) {
	for _, i := range culprits {
		r.names[i] = Outcome{Err: err, Class: Failed}
	}
}

// rotated returns s from its n-th element on, and then the first n.
func rotated(s []int, n int) []int {
	if len(s) == 0 {
		return s
	}
	n %= len(s)
	return append(append(make([]int, 0, len(s)), s[n:]...), s[:n]...)
}
