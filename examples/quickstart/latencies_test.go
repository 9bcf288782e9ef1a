package main

import (
	"testing"
	"time"
)

func TestLatenciesAreWithinAnEighth(t *testing.T) {
	var l latencies
	for i := range 1000 {
		l.add(i, time.Duration(i+1)*time.Microsecond)
	}
	for share, want := range map[float64]time.Duration{.5: 500 * time.Microsecond, .99: 990 * time.Microsecond, 1: time.Millisecond} {
		if got := l.within(share); got < want || got > want*9/8 {
			t.Errorf("%v of them: within %v, not %v", share, got, want)
		}
	}
	if got := l.slowest(); got != time.Millisecond {
		t.Errorf("slowest: %v", got)
	}
}

func TestEveryDurationFallsInTheBucketThatItsFloorIsIn(t *testing.T) {
	for d := time.Duration(8); d > 0 && d < time.Hour; d = d*9/8 + 1 {
		if b := bucket(d); floor(b) > d || floor(b+1) <= d {
			t.Errorf("%v: bucket %d from %v to %v", d, b, floor(b), floor(b+1))
		}
	}
}

func TestNumbersReadWell(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
	if got := short(1234567 * time.Nanosecond); got != 1230*time.Microsecond {
		t.Errorf("short: %v", got)
	}
}
