package ssmtest

import "time"

// rate is a bucket of one second's calls that fills steadily. The zero value
// admits everything.
type rate struct {
	interval time.Duration // what one call costs; 0: no limit
	full     time.Time     // when the bucket would be full again
}

func newRate(perSecond int) rate {
	if perSecond <= 0 {
		return rate{}
	}
	return rate{interval: time.Second / time.Duration(perSecond)}
}

// admit reports whether a call at now is within the rate, and takes its share.
func (r *rate) admit(now time.Time) bool {
	if r.interval == 0 {
		return true
	}
	full := r.full
	if full.Before(now) {
		full = now
	}
	full = full.Add(r.interval)
	if full.Sub(now) > time.Second {
		return false
	}
	r.full = full
	return true
}
