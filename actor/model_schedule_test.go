package actor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// schedule is a random life of some groups. It is drawn whole before time is
// held, and prints as a story, which readStory reads.
type schedule struct {
	seed     int // of the groups' random numbers
	inFlight int // MaxInFlight of the client that the groups share
	groups   []opening
	steps    []step
}

// opening says how a group is opened.
type opening struct {
	onRead           bool
	maxAge, maxStale time.Duration
	names            int // how many are registered at once
}

// step is one thing that happens: a caller calls, somebody writes to the store,
// something fails, or time passes.
type step struct {
	verb     string
	group    int
	item     int           // which of the names, handles or paths, counted round
	span     time.Duration // of a call: its caller's patience, 0 without end, negative ended before; otherwise how long
	times    int           // of a fault: how many calls it hits, 0 until it is mended
	together bool          // the next step does not wait for this one to settle
}

// What a step may be, as often as it is drawn.
var (
	callVerbs  = []string{"lookup", "read", "read", "lookup", "lookup", "peek", "view", "view", "list", "refresh", "refresh", "refresh-one", "retry", "reject", "warm"}
	storeVerbs = []string{"put", "put-all", "put-all", "delete", "label"}
	faultVerbs = []string{"throttle", "break", "deny", "lock-key", "hang", "panic", "blank", "omit", "linger", "deaf"}
	otherVerbs = []string{"add", "close", "latency", "latency", "mend", "mend", "jump"}
)

var (
	maxAges   = []time.Duration{time.Second, 2 * time.Second, 10 * time.Second, 0}
	items     = []int{0, 0, 0, 0, 1, 1, 1, 2, 3, 5, 9, 12, 13, 14, 15} // often the same, so that steps meet
	maxStales = []time.Duration{-1, 300 * time.Millisecond, 5 * time.Second, time.Hour}
	patiences = []time.Duration{0, 0, 0, -1, 40 * time.Millisecond, 700 * time.Millisecond, 4 * time.Second}
	sleeps    = []time.Duration{time.Second, 400 * time.Millisecond, 60 * time.Millisecond, time.Millisecond, 1300 * time.Millisecond, 2500 * time.Millisecond, 9500 * time.Millisecond}
	latencies = []time.Duration{10 * time.Millisecond, 250 * time.Millisecond, 1300 * time.Millisecond}
	jumps     = []time.Duration{-time.Hour, -time.Second, 900 * time.Millisecond, 8 * time.Second, 3 * time.Hour}
)

// How many steps a schedule may have. Some of those drawn are none, so that a
// failing schedule can shrink below the first number.
const minSteps, maxSteps = 10, 40

// schedules draws schedules.
func schedules() *rapid.Generator[schedule] {
	group := rapid.Custom(func(t *rapid.T) opening {
		return opening{
			onRead: rapid.Bool().Draw(t, "on read"),
			maxAge: rapid.SampledFrom(maxAges).Draw(t, "age"), maxStale: rapid.SampledFrom(maxStales).Draw(t, "stale"),
			names: rapid.SampledFrom([]int{15, 2, 15, 10, 1}).Draw(t, "names"),
		}
	})
	steps := rapid.SliceOfN(rapid.Custom(drawStep), minSteps, maxSteps)
	return rapid.Custom(func(t *rapid.T) schedule {
		return schedule{
			seed: rapid.IntRange(0, 1<<20).Draw(t, "seed"), inFlight: rapid.IntRange(1, 3).Draw(t, "in flight"),
			groups: rapid.SliceOfN(group, 1, 2).Draw(t, "groups"),
			steps:  slices.DeleteFunc(steps.Draw(t, "steps"), func(s step) bool { return s.verb == "" }),
		}
	})
}

func drawStep(t *rapid.T) step {
	s := step{}
	small := rapid.SampledFrom(items)
	kind := rapid.IntRange(0, 21).Draw(t, "kind")
	if kind == 0 {
		return s
	}
	bits := rapid.IntRange(0, 7).Draw(t, "bits")
	s.group = bits & 1
	s.together = bits == 7 || bits == 6
	switch {
	case kind < 7:
		s.verb, s.span = "sleep", rapid.SampledFrom(sleeps).Draw(t, "span")
	case kind < 14:
		s.verb, s.item = rapid.SampledFrom(callVerbs).Draw(t, "verb"), small.Draw(t, "item")
		s.span = rapid.SampledFrom(patiences).Draw(t, "span")
	case kind < 16:
		s.verb, s.item = rapid.SampledFrom(storeVerbs).Draw(t, "verb"), small.Draw(t, "item")
	case kind < 19:
		s.verb, s.item = rapid.SampledFrom(faultVerbs).Draw(t, "verb"), small.Draw(t, "item")
		s.times = rapid.IntRange(0, 4).Draw(t, "times")
	default:
		s.verb, s.item = rapid.SampledFrom(otherVerbs).Draw(t, "verb"), small.Draw(t, "item")
		switch s.verb {
		case "latency":
			s.span = rapid.SampledFrom(latencies).Draw(t, "span")
		case "jump":
			s.span = rapid.SampledFrom(jumps).Draw(t, "span")
		}
	}
	return s
}

// String tells the story: what is opened, then a line for each step, with a &
// behind those that do not settle before the next.
func (s schedule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed=%d in-flight=%d\n", s.seed, s.inFlight)
	for _, o := range s.groups {
		fmt.Fprintf(&b, "open on-read=%t age=%v stale=%v names=%d\n", o.onRead, o.maxAge, o.maxStale, o.names)
	}
	for _, st := range s.steps {
		fmt.Fprintln(&b, st)
	}
	return b.String()
}

// GoString is String: rapid prints what it drew as Go syntax.
func (s schedule) GoString() string { return "\n" + s.String() }

func (s step) String() string {
	text := s.verb
	if s.group != 0 {
		text += fmt.Sprintf(" group=%d", s.group)
	}
	if s.item != 0 {
		text += fmt.Sprintf(" item=%d", s.item)
	}
	if s.span != 0 {
		text += fmt.Sprintf(" span=%v", s.span)
	}
	if s.times != 0 {
		text += fmt.Sprintf(" times=%d", s.times)
	}
	if s.together {
		text += " &"
	}
	return text
}

// readStory returns the schedule that a story tells.
func readStory(story string) (schedule, error) {
	var s schedule
	for line := range strings.Lines(strings.TrimSpace(story)) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		st, o := step{verb: words[0]}, opening{}
		for _, word := range words {
			key, value, _ := strings.Cut(word, "=")
			number, _ := strconv.Atoi(value)
			span, _ := time.ParseDuration(value)
			switch key {
			case "seed":
				s.seed = number
			case "in-flight":
				s.inFlight = number
			case "on-read":
				o.onRead = value == "true"
			case "age":
				o.maxAge = span
			case "stale":
				o.maxStale = span
			case "names":
				o.names = number
			case "group":
				st.group = number
			case "item":
				st.item = number
			case "span":
				st.span = span
			case "times":
				st.times = number
			case "&":
				st.together = true
			}
		}
		switch {
		case words[0] == "open":
			s.groups = append(s.groups, o)
		case !strings.HasPrefix(words[0], "seed="):
			s.steps = append(s.steps, st)
		}
	}
	if s.String() != dedent(story) {
		return s, fmt.Errorf("the story reads as another one:\n%s", s)
	}
	return s, nil
}

// dedent returns a story without the indentation that it has in a source file.
func dedent(story string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSpace(story)) {
		b.WriteString(strings.TrimSpace(line) + "\n")
	}
	return b.String()
}
