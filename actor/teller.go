package actor

import (
	"errors"
	"sync"

	"github.com/ssmcache/ssmcache/fetch"
)

// maxUntold bounds the events that wait for a slow observer: minutes of them,
// even for a group that fails all the time.
const maxUntold = 1000

// teller tells the observer and the log what happens, in order, on a goroutine
// that runs only while there is something to tell.
type teller struct {
	actor *Actor // constant

	mu      sync.Mutex
	untold  []func() // oldest first
	telling bool     // a goroutine, or Close, is telling
}

// add has f called after what was added before. It does not block. The oldest
// is dropped when too many wait.
func (t *teller) add(f func()) {
	t.mu.Lock()
	if len(t.untold) == maxUntold {
		t.untold = t.untold[1:]
	}
	t.untold = append(t.untold, f)
	begin := !t.telling
	t.telling = true
	t.mu.Unlock()
	if begin && !t.actor.work.start(t.tell) {
		t.mu.Lock() // closing: Close tells the rest
		t.telling = false
		t.mu.Unlock()
	}
}

// tell calls what was added until there is no more.
func (t *teller) tell() {
	for {
		t.mu.Lock()
		if len(t.untold) == 0 {
			t.telling = false
			t.mu.Unlock()
			return
		}
		f := t.untold[0]
		t.untold = t.untold[1:]
		t.mu.Unlock()
		t.actor.guard(f)
	}
}

// guard calls f, which is not ours, and logs its panic. f has a goroutine to
// itself, which it may end, as a test's FailNow does.
func (a *Actor) guard(f func()) {
	var called sync.WaitGroup
	called.Go(func() {
		var panicked *fetch.PanicError
		if err := fetch.Guard(func() error { f(); return nil }); errors.As(err, &panicked) {
			a.log.Error("ssmcache: an observer panicked", "group", a.name, "type", panicked.Type, "stack", string(panicked.Stack))
		}
	})
	called.Wait()
}
