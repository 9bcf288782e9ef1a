package peer

import (
	"context"
	"time"
)

// loop calls a function again and again: what a user writes around a cache
// that does not refresh by itself.
type loop struct {
	cancel context.CancelFunc // called by close
	done   chan struct{}      // closed by the goroutine, received from by close
}

// startLoop starts a loop; with every 0 it has nothing to do.
func startLoop(every time.Duration, load func(context.Context) error) *loop {
	ctx, cancel := context.WithCancel(context.Background())
	l := &loop{cancel: cancel, done: make(chan struct{})}
	if every == 0 {
		close(l.done)
		return l
	}
	go func() {
		defer close(l.done)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				if err := load(ctx); err != nil && ctx.Err() == nil {
					panic(err)
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return l
}

// close ends the loop and waits for its goroutine.
func (l *loop) close() {
	l.cancel()
	<-l.done
}
