package main

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestARecoveryCountsForTheRotationThatRefusedTheLoginFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := NewJournal()
		one := j.Rotating()
		early, late := j.Refused(nil), j.Refused(nil)
		time.Sleep(time.Second)
		j.Waited(early, nil)
		two := j.Rotating()
		if again := j.Refused(late); again != late {
			t.Error("a caller's first refusal does not stay the first")
		}
		time.Sleep(2 * time.Second)
		j.Waited(late, nil)
		if one.Recovery != 3*time.Second || two.Recovery != 0 {
			t.Errorf("recoveries of %v and %v, not 3 s and none", one.Recovery, two.Recovery)
		}
		if one.Refused != 2 || two.Refused != 1 {
			t.Errorf("%d and %d refused logins, not 2 and 1", one.Refused, two.Refused)
		}
	})
}

func TestAWaitThatFailsIsNoRecovery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := NewJournal()
		one := j.Rotating()
		first := j.Refused(nil)
		time.Sleep(time.Second)
		if j.Settled() {
			t.Error("settled while a caller waits")
		}
		j.Waited(first, errors.New("any"))
		if one.Recovery != 0 || !j.Settled() {
			t.Errorf("recovery %v, settled %v; not none and true", one.Recovery, j.Settled())
		}
	})
}
