package status

import (
	"testing"
	"time"
)

func TestTimesAreWrittenInTheirLargestUnit(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for _, c := range []struct {
		before        time.Duration
		relative, age string
	}{
		{0, "now", "0 s"},
		{999 * time.Millisecond, "now", "0 s"},
		{-999 * time.Millisecond, "now", "0 s"},
		{time.Second, "1 s ago", "1 s"},
		{-time.Second, "in 1 s", "0 s"},
		{59999 * time.Millisecond, "59 s ago", "59 s"},
		{-time.Minute, "in 1 min", "0 s"},
		{time.Hour - 1, "59 min ago", "59 min"},
		{47*time.Hour + 59*time.Minute, "47 h ago", "47 h"},
		{48 * time.Hour, "2 d ago", "2 d"},
		{24000 * time.Hour, "1,000 d ago", "1,000 d"},
	} {
		at := now.Add(-c.before)
		if got := relative(now, at); got != c.relative {
			t.Errorf("%v before: %q, want %q", c.before, got, c.relative)
		}
		if got := age(now, at); got != c.age {
			t.Errorf("%v old: %q, want %q", c.before, got, c.age)
		}
	}
	if relative(now, time.Time{}) != "–" || age(now, time.Time{}) != "–" {
		t.Error("a time that is not known is not a dash")
	}
}

func TestNumbersHaveTheirThousandsApart(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 100_000: "100,000", 1_234_567_890: "1,234,567,890"} {
		if got := counted(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
