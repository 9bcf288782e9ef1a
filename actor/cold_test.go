package actor

import (
	"errors"
	"testing"
	"time"
)

var (
	aheadOfMinute = Policy{MaxAge: time.Minute, MaxStale: time.Hour}
	onReadMinute  = Policy{MaxAge: time.Minute, MaxStale: time.Hour, OnRead: true}
)

func TestTheFirstReadFetchesAllNamesAndPaths(t *testing.T) {
	d := drive(t, aheadOfMinute, least, "a", "b", "/p*", "c")
	d.begins() // nobody has read yet
	read := d.reads()
	d.begins("/p*", "a", "b", "c")
	unanswered(t, read)
	d.lands()
	answered(t, read)
	d.holding(map[string]string{"a": "1", "b": "1", "c": "1"})
}

func TestALateNameIsFetchedAloneWithOthersAddedMeanwhile(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a", "b")
	d.add("late")
	d.add("later")
	d.texts["late"] = "2"
	d.at(time.Second)
	d.judges("late", miss)
	d.begins() // registered, but not read
	d.reads()
	d.begins("late", "later")
	d.lands()
	d.holding(map[string]string{"a": "1", "late": "2", "later": ""})
	d.judges("later", failed) // not found, by an answer of its own
	if got := d.snap.oldest; got != agreed(0) {
		t.Errorf("the group's age counts from %v, want 0: the late name is younger", got)
	}
}

func TestALateNameGetsTheErrorOfAGroupThatBacksOffUntried(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a")
	d.throttles("a")
	d.at(54 * time.Second)
	d.begins("a")
	d.lands()
	slot := d.add("late")
	d.judges("late", failed)
	d.reads()
	d.begins()
	if err := d.snap.errorOf(slot, d.roster.entry(slot)); !errors.Is(err, errThrottled) {
		t.Errorf("the late name's error is %v, want the group's", err)
	}
	d.at(54*time.Second + 100*time.Millisecond)
	d.judges("late", miss)
}

func TestColdNamesArePublishedAsTheyArriveAndOnlyTheRestIsAskedAgain(t *testing.T) {
	d := drive(t, aheadOfMinute, least, "a", "b", "/p*")
	d.texts["/p/x"] = "1"
	d.throttles("b")
	read := d.reads()
	d.begins("/p*", "a", "b")
	d.lands()
	answered(t, read)
	d.holding(map[string]string{"a": "1", "b": "", "/p/x": "1"})
	d.judges("a", hit)
	d.judges("/p*", hit)
	d.judges("b", failed)
	d.throttles()
	d.texts["a"] = "2"
	d.at(time.Second)
	d.judges("b", miss)
	d.reads()
	d.begins("b")
	d.lands()
	d.holding(map[string]string{"a": "1", "b": "1", "/p/x": "1"})
}
