package actor

import (
	"errors"
	"testing"
	"time"
)

func TestOfManyRejectionsOfOneValueOnlyTheFirstCausesAFetch(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a")
	d.texts["a"] = "2"
	first := d.rejects("a", "1")
	d.begins("a")
	var during []chan reply
	for range 10 {
		during = append(during, d.rejects("a", "1"))
	}
	d.lands()
	late := d.rejects("a", "1")
	d.begins()
	for _, replies := range append(during, first, late) {
		if r := answered(t, replies); r.err != nil {
			t.Errorf("a rejection ends with %v, want nil: there is another value", r.err)
		}
	}
}

func TestARejectionDuringAnyFetchLooksAgainWhenItHasEnded(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a")
	d.refreshes()
	d.begins("a")
	rejection := d.rejects("a", "1")
	d.lands() // brings the same value: this fetch began before the rejection
	unanswered(t, rejection)
	d.texts["a"] = "2"
	d.begins("a")
	d.lands()
	if r := answered(t, rejection); r.err != nil {
		t.Errorf("the rejection ends with %v, want nil", r.err)
	}
}

func TestRefreshesForRejectAndRetryThatChangeNothingAreHeldBackFor1SecondDoublingTo30(t *testing.T) {
	for _, test := range []struct {
		name string
		ask  func(*driven) chan reply
		want error
	}{
		{"Reject", func(d *driven) chan reply { return d.rejects("a", "1") }, ErrUnchanged},
		{"Retry", func(d *driven) chan reply { return d.asks(request{want: wantRetry}) }, nil},
	} {
		for _, failing := range []bool{false, true} {
			t.Run(test.name, func(t *testing.T) {
				d := warm(t, Policy{}, least, "a")
				if failing {
					d.throttles("a")
				}
				for _, held := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
					replies := test.ask(d)
					d.begins("a")
					d.lands()
					if r := answered(t, replies); !errors.Is(r.err, test.want) {
						t.Fatalf("a refresh that changes nothing ends with %v, want %v", r.err, test.want)
					}
					d.now = d.now.add(held*time.Second - 1)
					replies = test.ask(d)
					d.begins()
					if r := answered(t, replies); !errors.Is(r.err, test.want) || r.report != nil {
						t.Fatalf("what starts no fetch ends with %v, want %v", r.err, test.want)
					}
					d.now = d.now.add(1)
				}
				d.throttles()
				d.texts["a"] = "2"
				test.ask(d)
				d.begins("a")
				d.lands()
				if d.idle != (idleness{}) {
					t.Errorf("after a change refreshes are still held back: %+v", d.idle)
				}
			})
		}
	}
}

func TestARejectionFindsWhatAnotherRefreshBrought(t *testing.T) {
	d := warm(t, Policy{}, least, "a")
	d.rejects("a", "1")
	d.begins("a")
	d.lands() // unchanged: the next one is held back
	d.texts["a"] = "2"
	d.refreshes()
	d.begins("a")
	d.lands()
	if r := answered(t, d.rejects("a", "1")); r.err != nil {
		t.Errorf("the rejection ends with %v, want nil", r.err)
	}
	d.rejects("a", "2") // the change has ended the holding back
	d.begins("a")
}

func TestAHeldBackRejectionSharesAnExplicitRefresh(t *testing.T) {
	d := warm(t, Policy{}, least, "a")
	d.rejects("a", "1")
	d.begins("a")
	d.lands()
	d.texts["a"] = "2"
	rejection := d.rejects("a", "1")
	retry := d.asks(request{want: wantRetry})
	d.refreshes()
	d.begins("a")
	d.lands()
	if r := answered(t, rejection); r.err != nil {
		t.Errorf("the rejection ends with %v, want nil", r.err)
	}
	answered(t, retry)
}

func TestARejectionWhoseRefreshFailsSaysWhy(t *testing.T) {
	d := warm(t, aheadOfMinute, least, "a", "b")
	d.throttles("b")
	d.texts["a"] = "2"
	rejection := d.rejects("a", "1")
	d.begins("a", "b")
	d.lands() // a's new value is gathered, not published
	if r := answered(t, rejection); !errors.Is(r.err, ErrUnchanged) {
		t.Errorf("the rejection ends with %v, want ErrUnchanged", r.err)
	}
	d.throttles("a")
	d.at(time.Second)
	rejection = d.rejects("a", "1")
	d.begins("a", "b")
	d.lands()
	if r := answered(t, rejection); !errors.Is(r.err, ErrUnchanged) || !errors.Is(r.err, errThrottled) {
		t.Errorf("the rejection ends with %v, want ErrUnchanged and the failure", r.err)
	}
}

func TestShutAnswersEveryWaiterWithErrClosed(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a")
	waiting := []chan reply{d.refreshes()}
	d.begins("a")
	waiting = append(waiting, d.reads(), d.refreshes(), d.rejects("a", "1"))
	d.shut()
	d.settles()
	for _, replies := range waiting {
		if r := answered(t, replies); !errors.Is(r.err, ErrClosed) {
			t.Errorf("a waiter gets %v, want ErrClosed", r.err)
		}
	}
	d.judges("a", closed)
	d.holding(map[string]string{"a": ""})
}

func TestRejectTakesWhatItsFetchBroughtWhateverItsAge(t *testing.T) {
	d := warm(t, Policy{MaxAge: time.Second, MaxStale: -1, OnRead: true}, most, "a")
	d.texts["a"] = "2"
	rejected := d.rejects("a", "1")
	d.begins("a")
	d.at(1300 * time.Millisecond)
	d.lands()
	if got := answered(t, rejected); got.err != nil {
		t.Errorf("the fetch brought another value, and the answer is %v", got.err)
	}
	if d.idle.count != 0 {
		t.Error("it counts as a refresh that changed nothing")
	}
}

func TestRejectionsDuringASlowFetchThatBringsAnotherValueCauseNone(t *testing.T) {
	d := warm(t, Policy{MaxAge: time.Second, MaxStale: -1, OnRead: true}, most, "a")
	d.texts["a"] = "2"
	d.rejects("a", "1")
	d.begins("a")
	late := d.rejects("a", "1")
	d.at(1300 * time.Millisecond)
	d.lands()
	if got := answered(t, late); got.err != nil {
		t.Errorf("the fetch brought another value, and the answer is %v", got.err)
	}
	d.begins()
}
