package ssmtest

import (
	"slices"
	"time"
)

// Call is the record of one call of a read operation, on either face.
type Call struct {
	Operation      string   // GetParameters or GetParametersByPath
	Names          []string // as asked, by GetParameters
	Path           string   // as asked, by GetParametersByPath
	Token          string   // the NextToken asked with
	WithDecryption bool
	Start          time.Time
	End            time.Time // zero while the call is under way
	Err            error     // what the call ended with
}

func (c Call) clone() Call {
	c.Names = slices.Clone(c.Names)
	return c
}

// Calls returns the record of calls since the last [Store.ResetCalls], in the
// order in which they started. The result is the caller's.
func (s *Store) Calls() []Call {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	calls := make([]Call, len(s.traffic.calls))
	for i, c := range s.traffic.calls {
		calls[i] = c.clone()
	}
	return calls
}

// CallCount is the number of calls since the last [Store.ResetCalls], those under
// way and those that failed included.
func (s *Store) CallCount() int {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	return len(s.traffic.calls)
}

// ResetCalls empties the record. Calls under way still end, unrecorded.
func (s *Store) ResetCalls() {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	s.traffic.calls = nil
	s.traffic.maxInFlight = s.traffic.inFlight
}

// MaxInFlight is the highest number of calls that were under way at once since
// the last [Store.ResetCalls].
func (s *Store) MaxInFlight() int {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	return s.traffic.maxInFlight
}
