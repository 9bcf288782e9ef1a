package actor

import (
	"context"
	"sync"
)

// worker is the lifetime of everything that runs for one group: goroutines that
// it starts, and work that others do in its name. Nothing begins after stop,
// and wait returns when all that had begun has ended.
type worker struct {
	ctx    context.Context // ends at stop
	cancel context.CancelFunc

	mu      sync.Mutex
	stopped bool
	running sync.WaitGroup // added to under mu while not stopped
}

func newWorker() *worker {
	ctx, cancel := context.WithCancel(context.Background())
	return &worker{ctx: ctx, cancel: cancel}
}

// enter begins some work, which leave ends. It reports false after stop.
func (w *worker) enter() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return false
	}
	w.running.Add(1)
	return true
}

func (w *worker) leave() { w.running.Done() }

// start runs f on a goroutine of its own. It reports false after stop.
func (w *worker) start(f func()) bool {
	if !w.enter() {
		return false
	}
	go func() {
		defer w.leave()
		f()
	}()
	return true
}

func (w *worker) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	w.cancel()
}

func (w *worker) wait() { w.running.Wait() }
