package actor

import (
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// noClock fails the test when it is read while forbidden.
type noClock struct {
	clock.Clock
	t         *testing.T
	forbidden bool
}

func (c *noClock) Now() time.Time {
	if c.forbidden {
		c.t.Error("the clock is read")
	}
	return c.Clock.Now()
}

func TestWithoutMaxAgeAReadNeedsNoClock(t *testing.T) {
	for _, onRead := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			store := ssmtest.New(ssmtest.Config{})
			store.Put("a", "1")
			at := &noClock{Clock: clock.New(), t: t}
			g := onClock(t, Policy{OnRead: onRead}, store.Client(), at)
			g.add("a")
			g.reads("a", "1")
			synctest.Wait()
			time.Sleep(1000 * 24 * time.Hour)
			at.forbidden = true
			text, ok := g.Text(0)
			p, okParam := g.Param(0)
			peeked, okPeek := g.Peek(0)
			at.forbidden = false
			if !ok || !okParam || !okPeek || text != "1" || p.Text() != "1" || peeked.Text() != "1" {
				t.Errorf("on read %t: a cached read gives %q (%t), %q (%t), %q (%t)", onRead, text, ok, p.Text(), okParam, peeked.Text(), okPeek)
			}
		})
	}
}

func TestAReadAheadNeedsNoClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.Put("a", "1")
		at := &noClock{Clock: clock.New(), t: t}
		g := onClock(t, aheadOfMinute, store.Client(), at)
		g.add("a")
		g.reads("a", "1")
		synctest.Wait()
		at.forbidden = true
		if text, ok := g.Text(0); !ok || text != "1" {
			t.Errorf("a cached read gives %q (%t)", text, ok)
		}
		at.forbidden = false
	})
}

func TestACachedReadDoesNotAllocate(t *testing.T) {
	for name, p := range map[string]Policy{"ahead": aheadOfMinute, "on read": onReadMinute, "no MaxAge": {}} {
		synctest.Test(t, func(t *testing.T) {
			g := stock(t, p, "a")
			g.reads("a", "1")
			ctx := t.Context()
			for call, f := range map[string]func() bool{
				"Text":  func() bool { _, ok := g.Text(0); return ok != p.timed() },
				"Param": func() bool { _, ok := g.Param(0); return ok != p.timed() },
				"Peek":  func() bool { _, ok := g.Peek(0); return ok },
				"Read": func() bool {
					if !p.timed() {
						return true // its hits are Text's and Param's
					}
					got, err := g.Read(ctx, 0)
					return err == nil && got.Text() == "1"
				},
			} {
				if !f() {
					t.Errorf("%s, %s: not a hit", name, call)
				}
				if n := testing.AllocsPerRun(100, func() { f() }); n != 0 {
					t.Errorf("%s, %s: %v allocations", name, call, n)
				}
			}
		})
	}
}

func TestAddingNamesOneAtATimeDoesNotCopyTheGroupEachTime(t *testing.T) {
	const n = 100_000
	d := drive(t, aheadOfMinute, most)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range n {
		name := "n" + strconv.Itoa(i)
		d.texts[name] = "1"
		slot := d.add(name)
		if d.judges(name, miss); slot != i {
			t.Fatalf("%s has slot %d, want %d", name, slot, i)
		}
		d.reads()
		p := d.next(d.now)
		if p == nil || len(p.names) != 1 || p.names[0] != i {
			t.Fatalf("the fetch for %s is %+v", name, p)
		}
		d.lands()
		d.judges(name, hit)
		if added := uint64(i + 1); added%1000 == 0 {
			runtime.ReadMemStats(&after)
			// A copy of the slices is 32 bytes for each name that there is.
			if got := (after.TotalAlloc - before.TotalAlloc) / added; got > 8_000 {
				t.Fatalf("%d bytes are allocated for each of %d names", got, added)
			}
		}
	}
	if got := len(d.snap.marks); got != 0 {
		t.Errorf("%d slots are marked", got)
	}
}

func TestAnEarlierSnapshotDoesNotSeeWhatIsAddedBehindIt(t *testing.T) {
	d := drive(t, aheadOfMinute, most)
	var earlier []*snapshot
	for i := range 20 {
		name := fmt.Sprintf("n%d", i)
		d.texts[name] = name
		d.add(name)
		d.reads()
		d.begins(name)
		d.lands()
		earlier = append(earlier, d.snap)
	}
	for i, s := range earlier {
		if len(s.texts) != i+1 || len(s.params) != i+1 {
			t.Errorf("snapshot %d has %d texts and %d values, want %d", i, len(s.texts), len(s.params), i+1)
		}
		for slot, text := range s.texts {
			if want := fmt.Sprintf("n%d", slot); text != want {
				t.Errorf("snapshot %d has %q in slot %d, want %q", i, text, slot, want)
			}
		}
	}
}

func TestAnUnchangedRefreshKeepsTheTexts(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a", "b")
	before := d.snap
	d.at(54 * time.Second)
	d.begins("a", "b")
	d.lands()
	if d.snap == before {
		t.Fatal("the refresh has published nothing")
	}
	if &d.snap.texts[0] != &before.texts[0] {
		t.Error("the texts have been copied")
	}
	if got := d.snap.param(0).FetchedAt(); !got.Equal(origin.Add(54 * time.Second)) {
		t.Errorf("the value says it was fetched at %v, want the refresh's start", got)
	}
}
