package actor

import (
	"slices"
	"testing"

	"github.com/ssmcache/ssmcache/fetch"
)

func mustName(t *testing.T, s string) fetch.Name {
	t.Helper()
	n, err := fetch.ParseName(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func mustPath(t *testing.T, s string, oneLevel bool, filters ...fetch.Filter) fetch.Path {
	t.Helper()
	p, err := fetch.ParsePath(fetch.BasePath{}, s, oneLevel, filters)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOneNameHasOneSlotForEver(t *testing.T) {
	r := newRoster()
	slots := map[string]int{}
	asked := []string{"p", "p:2", "p:label", "/p", "/a/b", "/a/b:2"}
	for _, name := range asked {
		slots[name] = r.addName(mustName(t, name))
	}
	slots["path /p"] = r.addPath(mustPath(t, "/p", false))
	slots["path /p, one level"] = r.addPath(mustPath(t, "/p", true))
	if got := r.len(); got != len(slots) {
		t.Errorf("%d slots for %d names and paths", got, len(slots))
	}
	for _, name := range asked {
		if got := r.addName(mustName(t, name)); got != slots[name] {
			t.Errorf("asked again, %s has slot %d, want %d", name, got, slots[name])
		}
		if got := r.entry(slots[name]); got != (entry{name: name, kind: byName}) {
			t.Errorf("the slot of %s stands for %+v", name, got)
		}
	}
	if got := r.addPath(mustPath(t, "/p/", false)); got != slots["path /p"] {
		t.Errorf("asked again, the path has slot %d, want %d", got, slots["path /p"])
	}
}

func TestMembersOfALabelledListingAreApartFromNamesAndOtherListings(t *testing.T) {
	r := newRoster()
	r.addPath(mustPath(t, "/p", false))
	r.addPath(mustPath(t, "/p", false, fetch.LabelFilter("live")))
	r.addPath(mustPath(t, "/p", false, fetch.LabelFilter("next")))
	slots := []int{r.memberLocked(0, "/p/x"), r.memberLocked(1, "/p/x"), r.memberLocked(2, "/p/x")}
	if slots[0] == slots[1] || slots[1] == slots[2] || slots[0] == slots[2] {
		t.Errorf("the listings share slots: %v", slots)
	}
	if got := r.addName(mustName(t, "/p/x")); got != slots[0] {
		t.Errorf("the name has slot %d, want the plain listing's, %d", got, slots[0])
	}
	if got := r.memberLocked(1, "/p/x"); got != slots[1] {
		t.Errorf("listed again, the labelled member has slot %d, want %d", got, slots[1])
	}
	for path, slot := range slots {
		if got, ok := r.find(path, "/p/x"); !ok || got != slot {
			t.Errorf("find gives slot %d (%t) for listing %d, want %d", got, ok, path, slot)
		}
	}
	_, paths := r.list()
	for path := range paths {
		if got, want := r.entry(slots[1]).in(path, paths), path == 1; got != want {
			t.Errorf("the labelled member is in listing %d: %t, want %t", path, got, want)
		}
	}
}

func TestWhicheverLoadedANameFirstDecidesTheOperation(t *testing.T) {
	t.Run("the listing", func(t *testing.T) {
		d := drive(t, aheadOfMinute, most, "/p*")
		d.texts["/p/x"] = "1"
		d.reads()
		d.begins("/p*")
		d.lands()
		slot := d.add("/p/x")
		d.judges("/p/x", hit) // it has been loaded
		if got, want := slot, d.roster.slots["/p/x"]; got != want {
			t.Errorf("the name has slot %d, want the member's, %d", got, want)
		}
		d.refreshes()
		d.begins("/p*")
		delete(d.texts, "/p/x")
		d.lands()
		d.now = d.now.add(belief)
		d.judges("/p/x", miss)
		d.reads()
		d.begins("/p*") // it does not switch to the name's operation
	})
	t.Run("the name", func(t *testing.T) {
		d := warm(t, aheadOfMinute, most, "/p/x")
		d.add("/p*")
		d.reads()
		d.begins("/p*")
		d.texts["/p/x"] = "2"
		d.lands()
		d.holding(map[string]string{"/p/x": "1"}) // what GetParameters says counts
		if got := d.snap.listings[d.slot("/p*")].slots; !slices.Equal(got, []int{0}) {
			t.Errorf("the listing has slots %v, want that of the name", got)
		}
		d.refreshes()
		d.begins("/p*", "/p/x")
		d.lands()
		d.holding(map[string]string{"/p/x": "2"})
	})
}

func TestWhatCountsIsAskedForByNameOrInTheLatestListing(t *testing.T) {
	d := drive(t, aheadOfMinute, most, "b", "/p*", "a")
	d.texts["/p/y"], d.texts["/p/x"] = "1", "1"
	visible := func(want ...string) {
		t.Helper()
		var got []string
		for _, slot := range d.roster.visible(d.snap) {
			got = append(got, d.roster.entry(slot).name)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("what counts is %q, want %q", got, want)
		}
	}
	visible("a", "b")
	d.reads()
	d.begins("/p*", "a", "b")
	d.lands()
	visible("/p/x", "/p/y", "a", "b")
	d.add("/p/x")
	delete(d.texts, "/p/x")
	delete(d.texts, "/p/y")
	delete(d.texts, "a")
	d.refreshes()
	d.begins("/p*", "a", "b")
	d.lands()
	visible("/p/x", "a", "b") // /p/y has vanished, the others were asked for
	d.texts["/p/y"] = "2"
	slot := d.slot("/p/y")
	d.refreshes()
	d.begins("/p*", "a", "b")
	d.lands()
	visible("/p/x", "/p/y", "a", "b")
	if d.slot("/p/y") != slot {
		t.Error("what has come back has another slot")
	}
	d.holding(map[string]string{"/p/y": "2"})
}

func TestTwoListingsCanBringOneMember(t *testing.T) {
	d := drive(t, aheadOfMinute, most, "/p*", "/p/q*")
	d.texts["/p/q/x"] = "1"
	d.reads()
	d.begins("/p*", "/p/q*")
	d.lands()
	slot := d.slot("/p/q/x")
	for _, path := range []string{"/p*", "/p/q*"} {
		if got := d.snap.listings[d.slot(path)].slots; !slices.Equal(got, []int{slot}) {
			t.Errorf("the listing of %s has slots %v, want [%d]", path, got, slot)
		}
	}
	if got := d.roster.visible(d.snap); len(got) != 1 {
		t.Errorf("%d parameters count, want 1", len(got))
	}
}
