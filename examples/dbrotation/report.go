package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

const (
	fewestRotations = 10 // fewer show little
	shownFailures   = 5  // the rest is likely more of the same
)

// Report is what a run has shown.
type Report struct {
	before    *Rotation // what happened before the first rotation
	rotations []*Rotation
	calls     []ssmtest.Call
	queries   int
	longest   time.Duration // the longest query, its waits included
	failures  []error
}

// NewReport returns the report of a run that has ended.
func NewReport(j *Journal, store *ssmtest.Store) Report {
	j.mu.Lock()
	defer j.mu.Unlock()
	return Report{j.rotations[0], j.rotations[1:], store.Calls(), j.queries, j.longest, j.failures}
}

// refreshes returns how many API calls began from one time on, and before
// another unless that is zero.
func (r Report) refreshes(from, to time.Time) int {
	n := 0
	for _, c := range r.calls {
		if !c.Start.Before(from) && (to.IsZero() || c.Start.Before(to)) {
			n++
		}
	}
	return n
}

// begun returns when rotation i began; zero if there is none.
func (r Report) begun(i int) time.Time {
	if i < len(r.rotations) {
		return r.rotations[i].Begun
	}
	return time.Time{}
}

// Write writes the report as text.
func (r Report) Write(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "rotation\tterminated\trefused logins\trefreshes\tretries\tslowest recovery\t")
	sum := *r.before
	for i, one := range r.rotations {
		fmt.Fprintf(t, "%d\t%d\t%d\t%d\t%d\t%v\t\n", i+1, one.Terminated, one.Refused,
			r.refreshes(one.Begun, r.begun(i+1)), one.Retries, one.Recovery.Round(time.Millisecond))
		sum.Terminated += one.Terminated
		sum.Refused += one.Refused
		sum.Retries += one.Retries
		sum.Recovery = max(sum.Recovery, one.Recovery)
	}
	_ = t.Flush()
	fmt.Fprintf(w, `
rotations                %6d
connections terminated   %6d
refused logins           %6d
refreshes (API calls)    %6d   with the first fetch
slowest recovery         %6d ms   from a refused login to a connection
queries                  %6d
  longest                %6d ms   with all its waits
  retried                %6d   their connection ended under them
  failed                 %6d
`, len(r.rotations), sum.Terminated, sum.Refused, len(r.calls), sum.Recovery.Milliseconds(),
		r.queries, r.longest.Milliseconds(), sum.Retries, len(r.failures))
	for i, err := range r.failures {
		if i == shownFailures {
			fmt.Fprintf(w, "and %d more failures\n", len(r.failures)-i)
			break
		}
		fmt.Fprintln(w, "failure:", err)
	}
}

// Err returns why the run shows nothing, or shows that the recipe fails; nil if
// it shows that it works.
func (r Report) Err() error {
	var errs []error
	if n := len(r.failures); n > 0 {
		errs = append(errs, fmt.Errorf("%d of %d queries failed", n, r.queries))
	}
	if n := len(r.rotations); n < fewestRotations {
		errs = append(errs, fmt.Errorf("%d rotations are fewer than %d", n, fewestRotations))
	}
	for i, one := range r.rotations {
		if one.Terminated == 0 {
			errs = append(errs, fmt.Errorf("rotation %d terminated no connection", i+1))
		}
		if one.Refused == 0 {
			errs = append(errs, fmt.Errorf("rotation %d had no login refused", i+1))
		}
	}
	return errors.Join(errs...)
}
