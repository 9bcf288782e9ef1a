package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/ssmcache/ssmcache/actor"
	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
)

// ErrClosed is what a call that needs a closed group or registry gets.
var ErrClosed = actor.ErrClosed

// Defaults of [Config].
const (
	defaultMaxInFlight  = 10               // a quarter of the default quota, at 10 ms a call
	defaultFetchTimeout = 10 * time.Second // several attempts of the SDK
)

// Config says how a registry calls Parameter Store. The zero Config is ready to
// use where the default AWS configuration names a region.
type Config struct {
	Client       fetch.Client  // nil: the default AWS configuration (environment, shared files, IMDS), adaptive retry
	Clock        clock.Clock   // nil: the real clock
	Logger       *slog.Logger  // nil: silent
	MaxInFlight  int           // API calls at once through one Client, over all groups that use it; 0: 10
	FetchTimeout time.Duration // bounds one Client call, its retries included, the wait for a slot not; 0: 10 s

	Observer *Observer // told what the groups do; nil: nobody is
}

// Registry holds groups. All methods are safe for concurrent use.
type Registry struct {
	cfg   Config // completed; constant
	gates gates  // locks itself

	mu      sync.Mutex
	closed  bool
	groups  map[string]*Group         // by name
	singles map[single]*handle.Handle // of Parameter and Secret
	made    int                       // groups made so far, for generated names

	closing  sync.Once
	closeErr error // written by closing, read after it
}

// Open returns a registry. It makes no API call: with a nil Client it loads the
// default AWS configuration, which ctx bounds, and nothing later. The region
// comes from the environment or the shared files; the instance metadata service
// gives credentials alone. Every mistake in cfg is reported at once, a
// FetchTimeout of less than 1 ms among them: a forgotten unit. Close releases
// the registry.
func Open(ctx context.Context, cfg Config) (*Registry, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.New()
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.MaxInFlight == 0 {
		cfg.MaxInFlight = defaultMaxInFlight
	}
	if cfg.FetchTimeout == 0 {
		cfg.FetchTimeout = defaultFetchTimeout
	}
	if cfg.Client == nil {
		client, err := defaultClient(ctx, cfg.FetchTimeout)
		if err != nil {
			return nil, err
		}
		cfg.Client = client
	}
	return &Registry{
		cfg: cfg, gates: gates{size: cfg.MaxInFlight},
		groups: map[string]*Group{}, singles: map[single]*handle.Handle{},
	}, nil
}

func (c Config) check() error {
	var errs []error
	if c.MaxInFlight < 0 {
		errs = append(errs, fmt.Errorf("ssmcache: Config.MaxInFlight: %d is negative", c.MaxInFlight))
	}
	if c.FetchTimeout < 0 {
		errs = append(errs, fmt.Errorf("ssmcache: Config.FetchTimeout: %v is negative", c.FetchTimeout))
	} else if c.FetchTimeout != 0 && c.FetchTimeout < time.Millisecond {
		errs = append(errs, fmt.Errorf("ssmcache: Config.FetchTimeout: %v is less than 1 ms: is a unit missing?", c.FetchTimeout))
	}
	return errors.Join(errs...)
}

// Close closes every group: it stops and joins every goroutine, cancels the
// fetches under way, and answers every waiter with [ErrClosed]. Reads fail
// afterwards: close after the server has drained. It is idempotent, and blocks
// about a second at the most where a client ignores the end of its context; the
// error then names the groups.
func (r *Registry) Close() error {
	r.closing.Do(func() {
		r.mu.Lock()
		r.closed = true
		r.mu.Unlock()
		r.closeErr = r.each(func(g *Group) error { return g.Close() })
	})
	return r.closeErr
}

// Warm fetches all that is not yet fetched, in every group at once, as
// [Group.Warm] does: until each group is warm, or ctx ends.
func (r *Registry) Warm(ctx context.Context) error {
	return r.eachOpen(func(g *Group) error { return g.Warm(ctx) })
}

// Refresh refreshes every group at once, as [Group.Refresh] does: until each
// group's fetch has ended, or ctx ends.
func (r *Registry) Refresh(ctx context.Context) error {
	return r.eachOpen(func(g *Group) error { return g.Refresh(ctx) })
}

// Logger returns where the registry reports to; never nil.
func (r *Registry) Logger() *slog.Logger { return r.cfg.Logger }

func (r *Registry) eachOpen(f func(*Group) error) error {
	if r.isClosed() {
		return ErrClosed
	}
	return r.each(func(g *Group) error {
		err := f(g)
		if g.actor.Closed() && !r.isClosed() {
			return nil // somebody closed the group meanwhile
		}
		return err
	})
}

func (r *Registry) isClosed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

// each calls f for every group at once, and joins the errors in the order of
// the groups' names.
func (r *Registry) each(f func(*Group) error) error {
	groups := r.sorted()
	errs := make([]error, len(groups))
	var all sync.WaitGroup
	for i, g := range groups {
		all.Go(func() { errs[i] = f(g) })
	}
	all.Wait()
	return errors.Join(errs...)
}
