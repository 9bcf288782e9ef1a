package actor

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// modelSchedules is how many schedules the model test runs unless
// -rapid.checks says otherwise: as many as fit into some seconds.
const modelSchedules = "2000"

// modelSeed makes those schedules the same in every run, unless -rapid.seed says
// otherwise; make soak draws others each time.
const modelSeed = "1"

// TestEveryInvariantHoldsInRandomSchedules runs random schedules against real
// groups, in virtual time, and judges what was seen of each afterwards.
//
// A schedule that breaks an invariant is printed as a story, which
// TestStoriesThatBrokeAnInvariant can replay.
func TestEveryInvariantHoldsInRandomSchedules(t *testing.T) {
	chosen := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { chosen[f.Name] = true })
	if !chosen["rapid.checks"] {
		setFlag(t, "rapid.checks", modelSchedules)
		if !chosen["rapid.seed"] {
			setFlag(t, "rapid.seed", modelSeed)
		}
	}
	setFlag(t, "rapid.nofailfile", "true") // the story says it all
	first := ""
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("before it was made shorter:\n%s", first)
		}
	})
	plans := schedules()
	rapid.Check(t, func(rt *rapid.T) {
		s := plans.Draw(rt, "story")
		h := s.run(t)
		i, what := h.judge()
		for more := 0; more < 20 && what == "" && first != ""; more++ { // goroutines may have had to meet
			h = s.run(t)
			i, what = h.judge()
		}
		if what == "" {
			return
		}
		rt.Logf("%s\n%s", what, h)
		if first == "" {
			first = fmt.Sprintf("%s\n%s: %s\n%s", s, i, what, h)
		}
		rt.Fatalf("broken: %s", i)
	})
}

// TestTheWallClockPartsFromTheMonotonicOne keeps the trials' clock honest.
func TestTheWallClockPartsFromTheMonotonicOne(t *testing.T) {
	c := newJumpyClock()
	before := c.Now()
	c.jump(time.Hour)
	c.jump(-time.Minute)
	got := instantOf(before, c.Now())
	if got.mono < 0 || got.mono > time.Minute || got.wall-got.mono != 59*time.Minute {
		t.Errorf("after a jump of 59 m: %v", got)
	}
	if !before.Round(0).Equal(time.Now().Truncate(time.Minute)) && time.Since(before.Round(0)).Abs() > time.Minute {
		t.Errorf("wall: %v", before)
	}
}

// setFlag sets a flag until the test ends.
func setFlag(t *testing.T, name, value string) {
	t.Helper()
	before := flag.Lookup(name).Value.String()
	if err := flag.Set(name, value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set(name, before) })
}
