package work

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"

	"golang.org/x/sync/errgroup"
)

// Child is work that is done in a process of its own: one measurement of one
// peer. Its answer is a JSON object from units to samples.
type Child struct {
	Kind string // "memory" or "idle"
	Peer string // the peer's name; "" for idle: nothing at all
	N    int    // names or groups

	// Plain says that an idle child does not count its timers: what that
	// needs is slow where there are many goroutines.
	Plain bool
}

// run starts the child and returns its samples.
func (c Child) run(ctx context.Context) (map[string]float64, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}

	cmd := exec.CommandContext(ctx, self, "-child", c.Kind, "-peer", c.Peer, "-n", strconv.Itoa(c.N))
	cmd.Stderr = os.Stderr
	if c.Kind == "idle" && !c.Plain {
		cmd.Env = append(os.Environ(), "GODEBUG=memprofilerate=1") // heldTimers counts what is profiled
	}
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("child %+v: %w", c, err)
	}
	samples := make(map[string]float64)
	return samples, json.Unmarshal(out, &samples)
}

// runAll runs children, so many at a time, and returns the samples of each.
func runAll(ctx context.Context, children []Child, atOnce int) ([]map[string]float64, error) {
	samples := make([]map[string]float64, len(children))
	var running errgroup.Group
	running.SetLimit(atOnce)
	for i, c := range children {
		running.Go(func() (err error) {
			samples[i], err = c.run(ctx)
			return err
		})
	}
	return samples, running.Wait()
}

// Measure is what the child does: it measures and writes its samples to w.
func (c Child) Measure(ctx context.Context, w io.Writer) error {
	measure := map[string]func(context.Context, Child) (map[string]float64, error){
		"memory": measureMemory,
		"idle":   measureIdle,
	}[c.Kind]
	if measure == nil {
		return fmt.Errorf("no child measures %q", c.Kind)
	}
	samples, err := measure(ctx, c)
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(samples)
}
