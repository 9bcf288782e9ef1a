package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/ssmcache/ssmcache/actor"
	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
)

// Group holds what is fetched, refreshed and aged together. All methods are
// safe for concurrent use.
type Group struct {
	registry *Registry      // constant
	name     string         // constant
	base     fetch.BasePath // constant
	decrypt  bool           // constant
	mode     RefreshMode    // constant; never RefreshAuto
	actor    *actor.Actor   // constant
	drop     func()         // constant; gives the gate back
	single   *single        // under registry.mu: whose group it is; nil: it was made by Group

	mu      sync.Mutex
	handles []*handle.Handle // by slot; nil where nobody asked for a handle yet
}

// Group makes a group. It does not block and makes no API call. Every mistake
// in cfg is reported at once, by field name.
func (r *Registry) Group(cfg GroupConfig) (*Group, error) {
	base, err := r.check(cfg)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.groupLocked(cfg, base)
}

// check reports every mistake in cfg. That nothing but its name is in use is
// left to groupLocked: the same name and cfg may ask for the same handle.
func (r *Registry) check(cfg GroupConfig) (fetch.BasePath, error) {
	base, err := cfg.check()
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		err = errors.Join(err, r.inUseLocked(cfg.Name))
	}
	return base, err
}

func (r *Registry) inUseLocked(name string) error {
	if r.groups[name] == nil {
		return nil
	}
	return fmt.Errorf("ssmcache: GroupConfig.Name: %q is in use", name)
}

func (r *Registry) groupLocked(cfg GroupConfig, base fetch.BasePath) (*Group, error) {
	if r.closed {
		return nil, ErrClosed
	}
	if err := r.inUseLocked(cfg.Name); err != nil {
		return nil, err
	}
	for cfg.Name == "" || r.groups[cfg.Name] != nil {
		r.made++
		cfg.Name = fmt.Sprintf("group-%d", r.made)
	}
	client := cfg.Client
	if client == nil {
		client = r.cfg.Client
	}
	gate, drop := r.gates.take(client)
	g := &Group{
		registry: r, name: cfg.Name, base: base, decrypt: !cfg.NoDecryption, mode: cfg.mode(), drop: drop,
		actor: actor.Start(actor.Config{
			Name:    cfg.Name,
			Policy:  cfg.policy(),
			Fetcher: fetch.NewFetcher(client, gate, r.cfg.Clock, r.cfg.FetchTimeout, r.cfg.Logger),
			Decrypt: !cfg.NoDecryption,
			Clock:   r.cfg.Clock,
			Logger:  r.cfg.Logger,

			Observer: r.cfg.Observer,
		}),
	}
	r.groups[g.name] = g
	return g, nil
}

// Groups returns the groups that are open, ordered by name, those of
// [Registry.Parameter] and [Registry.Secret] included. It does not block; after
// Close there are none.
func (r *Registry) Groups() []*Group { return r.sorted() }

func (r *Registry) sorted() []*Group {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.SortedFunc(maps.Values(r.groups), func(a, b *Group) int { return cmp.Compare(a.name, b.name) })
}

// Close stops and joins the group's goroutines and answers every waiter with
// [ErrClosed], as do later calls. Its name is free again. It is idempotent; see
// [Registry.Close] for how long it may block and for its error.
func (g *Group) Close() error {
	err := g.actor.Close()
	g.drop()
	r := g.registry
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.groups[g.name] == g {
		delete(r.groups, g.name)
	}
	if g.single != nil {
		delete(r.singles, *g.single)
		g.single = nil
	}
	return err
}

// Parameter returns the handle for a parameter: a name such as my_param or
// /a/b, with the group's BasePath before it, or a parameter ARN, each with an
// optional :VERSION or :LABEL. It does not block and makes no API call. A bad
// name is fetch.ErrInvalidParameter, a bad selector fetch.ErrInvalidVersion, a
// name without a leading slash in a group with a BasePath fetch.ErrInvalidPath.
func (g *Group) Parameter(name string) (*handle.Handle, error) {
	n, err := fetch.ParseNameIn(g.base, name)
	if err != nil {
		return nil, err
	}
	return g.add(n)
}

// Secret returns the handle for a Secrets Manager secret, read through
// Parameter Store as /aws/reference/secretsmanager/NAME, with an optional :STAGE
// or :VERSION-ID. It takes no BasePath. A bad name is fetch.ErrInvalidParameter,
// and so is any secret in a group with NoDecryption: Parameter Store gives
// secrets decrypted only. It does not block and makes no API call.
func (g *Group) Secret(name string) (*handle.Handle, error) {
	n, err := fetch.ParseSecret(name)
	if err != nil {
		return nil, err
	}
	return g.add(n)
}

// add returns the handle for a checked name.
func (g *Group) add(n fetch.Name) (*handle.Handle, error) {
	if err := decryptable(n, g.decrypt); err != nil {
		return nil, err
	}
	if g.actor.Closed() {
		return nil, ErrClosed
	}
	slot := g.actor.AddName(n)
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.handleLocked(slot), nil
}

func decryptable(n fetch.Name, decrypt bool) error {
	if n.IsSecret() && !decrypt {
		return fmt.Errorf("ssmcache: secret %q: %w: the group has NoDecryption, and Parameter Store gives secrets decrypted only", n, fetch.ErrInvalidParameter)
	}
	return nil
}

// handleLocked returns the handle of a slot, which is always the same.
func (g *Group) handleLocked(slot int) *handle.Handle {
	for len(g.handles) <= slot {
		g.handles = append(g.handles, nil)
	}
	if g.handles[slot] == nil {
		g.handles[slot] = handle.New(g.actor, slot)
	}
	return g.handles[slot]
}

func (g *Group) handlesOf(slots []int) []*handle.Handle {
	g.mu.Lock()
	defer g.mu.Unlock()
	handles := make([]*handle.Handle, len(slots))
	for i, slot := range slots {
		handles[i] = g.handleLocked(slot)
	}
	return handles
}

// PathOptions says what a listing leaves out.
type PathOptions struct {
	OneLevel bool           // zero: recursive
	Filters  []fetch.Filter // all must match
}

// Parameters returns the handles of the parameters below a path, ordered by
// name. It lists the path when it is first asked for, and waits for that until
// ctx ends; later calls make no API call while the group is fresh. Each refresh
// lists the path again: parameters that appeared join the group, those that
// vanished give fetch.ErrNotFound. A path that does not start with a slash is
// fetch.ErrInvalidPath, a bad filter fetch.ErrInvalidFilter.
func (g *Group) Parameters(ctx context.Context, path string, opts PathOptions) ([]*handle.Handle, error) {
	p, err := fetch.ParsePath(g.base, path, opts.OneLevel, opts.Filters)
	if err != nil {
		return nil, err
	}
	if g.actor.Closed() {
		return nil, ErrClosed
	}
	slots, err := g.actor.List(ctx, g.actor.AddPath(p))
	if err != nil {
		return nil, err
	}
	return g.handlesOf(slots), nil
}

// Warm fetches what has not been fetched yet. It tries again after failures that
// may pass, with the group's back-off, until every name and path has a value or
// a failure of its own, or until ctx ends. The error joins a [*fetch.Error] for
// each name and path without a value.
func (g *Group) Warm(ctx context.Context) error { return g.actor.Warm(ctx) }

// Refresh refreshes every name and path of the group. It waits until a fetch
// that started after the call has ended, or until ctx ends; calls that arrive
// during a fetch share the next one. It does not wait for a back-off. It returns
// nil only if every name and path was answered with a value, else a joined
// [*fetch.Error] for each that was not; the last good values go on being served.
func (g *Group) Refresh(ctx context.Context) error { return g.actor.Refresh(ctx) }

// Len returns how many parameters were asked for by name or are in some
// listing's latest answer.
func (g *Group) Len() int { return g.actor.Len() }

// Handles returns the handles of those parameters, ordered by name.
func (g *Group) Handles() []*handle.Handle { return g.handlesOf(g.actor.Slots()) }

// View returns the latest snapshot of the group, whose values were all read by
// one refresh. It waits as a read of every name would, until ctx ends, and fails
// only if nothing can be served.
func (g *Group) View(ctx context.Context) (handle.View, error) {
	view, err := g.actor.View(ctx)
	return handle.NewView(view), err
}

// Err returns what the last refresh failed with; nil after a success.
func (g *Group) Err() error { return g.actor.Err() }

// Logger returns where the group reports to; never nil.
func (g *Group) Logger() *slog.Logger { return g.actor.Logger() }

// Name returns the group's name, which may have been generated.
func (g *Group) Name() string { return g.name }
