package work

import (
	"context"
	"runtime"
	"time"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/store"
)

// Units of the work "idle".
const (
	Goroutines    = "goroutines"
	Timers        = "timers"
	CPUPerMinute  = "cpu-s/min"
	WakesPerMin   = "wakes/min"
	HeldMegabytes = "MB"
)

// Nothing is the peer name of a process that holds no cache at all.
const Nothing = "an empty process"

const (
	idleGroups = 1_000
	idleNames  = 10
)

// IdleGroups returns how many groups rest in the work "idle".
func (l *Lab) IdleGroups() int {
	if l.Quick {
		return 20
	}
	return idleGroups
}

// Idle measures 1,000 warm groups of ten names that nobody reads and that are
// not due: goroutines, timers, processor time, wake-ups and memory, each peer
// in a process of its own, all processes at once.
func (l *Lab) Idle(ctx context.Context) error {
	children := []Child{{Kind: "idle", N: l.IdleGroups()}}
	for _, p := range peer.All() {
		if p.Kind != peer.Floor && (!p.ReadsOnly || p.Idles) {
			children = append(children, Child{Kind: "idle", Peer: p.Name, N: l.IdleGroups(), Plain: p.Goroutines})
		}
	}
	for range l.Runs {
		samples, err := runAll(ctx, children, len(children))
		if err != nil {
			return err
		}
		for i, c := range children {
			name := c.Peer
			if name == "" {
				name = Nothing
			}
			for unit, v := range samples[i] {
				l.Figures.Add(figure.Key{Work: "idle", Peer: name, N: c.N, Unit: unit}, v)
			}
		}
	}
	return nil
}

// The times of an idle child: others are still opening their groups during
// the first, which is not measured.
const (
	idleSettle = 3 * time.Second
	idleWindow = 6 * time.Second
)

func measureIdle(ctx context.Context, c Child) (map[string]float64, error) {
	var caches []*peer.Cache
	if c.Peer != "" {
		p, err := peer.Named(c.Peer)
		if err != nil {
			return nil, err
		}
		caches, err = p.Groups(peer.Setup{Names: store.Names(idleNames), Store: swift()}, c.N)
		if err != nil {
			return nil, err
		}
		for _, cache := range caches {
			if err := cache.Warm(ctx); err != nil {
				return nil, err
			}
		}
	}
	settle()
	window, rest := idleWindow, idleSettle
	if c.N < idleGroups {
		window, rest = time.Second, 0
	}
	time.Sleep(rest)

	cpu, wakes := cpuTime(), wakeUps()
	time.Sleep(window)
	cpu, wakes = cpuTime()-cpu, wakeUps()-wakes

	perMinute := float64(time.Minute) / float64(window)
	samples := map[string]float64{
		Goroutines:    float64(runtime.NumGoroutine()),
		CPUPerMinute:  cpu.Seconds() * perMinute,
		WakesPerMin:   float64(wakes) * perMinute,
		HeldMegabytes: float64(heldBytes()) / 1e6,
	}
	if timers, ok := heldTimers(); ok {
		samples[Timers] = float64(timers)
	}
	runtime.KeepAlive(caches)
	return samples, nil
}
