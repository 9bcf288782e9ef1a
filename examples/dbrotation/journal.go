package main

import (
	"sync"
	"time"
)

// Journal counts what happens, rotation by rotation. All methods are safe for
// concurrent use, and none blocks.
type Journal struct {
	mu        sync.Mutex // guards all below
	rotations []*Rotation
	waiting   int // callers who have had a login refused, and no connection since
	queries   int
	longest   time.Duration
	failures  []error
}

// Rotation is what happened from one rotation to the next.
type Rotation struct {
	Begun      time.Time
	Terminated int           // connections
	Refused    int           // logins
	Retries    int           // queries that were run once more
	Recovery   time.Duration // the longest, of any caller, from its first refused login to its connection
}

// Refusal is the first refused login of one caller.
type Refusal struct {
	rotation *Rotation
	at       time.Time
}

// NewJournal returns an empty journal. What happens before the first rotation
// is no rotation's.
func NewJournal() *Journal { return &Journal{rotations: []*Rotation{{}}} }

// Rotating begins a rotation.
func (j *Journal) Rotating() *Rotation {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.rotations = append(j.rotations, &Rotation{Begun: time.Now()})
	return j.nowLocked()
}

// Terminated notes how many connections a rotation has ended.
func (j *Journal) Terminated(r *Rotation, connections int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r.Terminated = connections
}

func (j *Journal) nowLocked() *Rotation { return j.rotations[len(j.rotations)-1] }

// Refused counts a refused login. first is the caller's first refusal, which
// Refused returns, or nil if this is it.
func (j *Journal) Refused(first *Refusal) *Refusal {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.nowLocked().Refused++
	if first == nil {
		j.waiting++
		first = &Refusal{j.nowLocked(), time.Now()}
	}
	return first
}

// Waited notes that a caller whose login was refused has a connection, or an
// error.
func (j *Journal) Waited(first *Refusal, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.waiting--
	if err == nil {
		first.rotation.Recovery = max(first.rotation.Recovery, time.Since(first.at))
	}
}

// Settled reports whether nobody waits for another password any more.
func (j *Journal) Settled() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.waiting == 0
}

// Retried counts a query that is run once more.
func (j *Journal) Retried() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.nowLocked().Retries++
}

// Queried counts a query by what its caller got in the end.
func (j *Journal) Queried(took time.Duration, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.queries++
	j.longest = max(j.longest, took)
	if err != nil {
		j.failures = append(j.failures, err)
	}
}
