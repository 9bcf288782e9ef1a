package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// goodReport is that of a run of ten rotations that shows what it is to show.
func goodReport() Report {
	r := Report{before: &Rotation{}, queries: 100}
	for i := range 10 {
		begun := time.Unix(int64(10*i), 0)
		r.rotations = append(r.rotations, &Rotation{Begun: begun, Terminated: 5, Refused: 3, Retries: 2, Recovery: time.Duration(i) * time.Second})
		r.calls = append(r.calls, ssmtest.Call{Start: begun}, ssmtest.Call{Start: begun.Add(time.Second)})
	}
	return r
}

func TestARunThatShowsLessFails(t *testing.T) {
	tests := map[string]struct {
		change func(*Report)
		want   string // "": the run is good
	}{
		"nothing is missing":  {func(*Report) {}, ""},
		"a failed query":      {func(r *Report) { r.failures = []error{errors.New("any")} }, "1 of 100 queries failed"},
		"nine rotations":      {func(r *Report) { r.rotations = r.rotations[:9] }, "9 rotations are fewer than 10"},
		"no refused login":    {func(r *Report) { r.rotations[3].Refused = 0 }, "rotation 4 had no login refused"},
		"nothing terminated":  {func(r *Report) { r.rotations[9].Terminated = 0 }, "rotation 10 terminated no connection"},
		"logins of the start": {func(r *Report) { r.rotations[0].Refused, r.before.Refused = 0, 9 }, "rotation 1 had no login refused"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := goodReport()
			tt.change(&r)
			got := ""
			if err := r.Err(); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got %q, not %q", got, tt.want)
			}
		})
	}
}

func TestTheReportHasAllFigures(t *testing.T) {
	r := goodReport()
	r.calls = append(r.calls, ssmtest.Call{Start: time.Unix(-1, 0)})
	r.longest = 9500 * time.Millisecond
	var text strings.Builder
	r.Write(&text)
	got := strings.Join(strings.Fields(text.String()), " ")
	for _, want := range []string{
		" 10 5 3 2 2 9s ", "rotations 10 ", "connections terminated 50 ", "refused logins 30 ", "refreshes (API calls) 21 ",
		"slowest recovery 9000 ms", "queries 100 ", "longest 9500 ms", "retried 20 ", "failed 0",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the report has no %q:\n%s", want, text.String())
		}
	}
}
