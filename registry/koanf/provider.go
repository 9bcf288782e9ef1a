package koanf

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/benbjohnson/clock"
	"github.com/knadh/koanf/v2"

	"github.com/ssmcache/ssmcache/registry"
)

var _ koanf.Provider = (*Provider)(nil)

// Config says which parameters a provider reads, and what their keys are. The
// zero Config reads all of the group's parameters.
type Config struct {
	Path string               // to list, below the group's BasePath; "": every parameter asked for by name, and all listings
	List registry.PathOptions // of Path

	Below string                   // the full path that is cut from names, the group's BasePath included; "": Path
	Delim string                   // between the levels of a key, the Koanf's own; "": "."
	Key   func(name string) string // the key of a name, which has no selector; "" leaves the parameter out; nil: as the package comment says

	Clock clock.Clock // the registry's, for Watch; nil: the real clock
}

// Provider is a [koanf.Provider] of a group's parameters. All methods are safe
// for concurrent use.
type Provider struct {
	ctx   context.Context // constant
	group *registry.Group // constant
	cfg   Config          // constant; completed

	mu    sync.Mutex
	last  *reading // of the last Read; nil: none yet
	watch *watch   // nil: none
}

// New returns a provider of the parameters of group. It does not block. ctx ends
// the waits of its reads, whose methods take none, and its watch.
func New(ctx context.Context, group *registry.Group, cfg Config) *Provider {
	if cfg.Below == "" {
		cfg.Below = cfg.Path
	}
	if cfg.Delim == "" {
		cfg.Delim = "."
	}
	if cfg.Key == nil {
		cfg.Key = func(name string) string { return keyBelow(cfg.Below, cfg.Delim, name) }
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.New()
	}
	return &Provider{ctx: ctx, group: group, cfg: cfg}
}

// Read returns the parameters as nested maps. It waits as a read of the whole
// group would. It fails as a whole, with what is wrong with each parameter: if
// one has no value, or its last refresh was refused, or if two have the same
// key or one key lies within another. A Koanf then keeps what it has.
func (p *Provider) Read() (map[string]any, error) {
	r, err := p.read(p.ctx)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = r
	return r.nested(p.cfg.Delim), nil
}

// ReadBytes returns what Read returns as a JSON document, for koanf's JSON
// parser.
func (p *Provider) ReadBytes() ([]byte, error) {
	nested, err := p.Read()
	if err != nil {
		return nil, err
	}
	return json.Marshal(nested)
}

// String describes the provider without its values.
func (p *Provider) String() string { return fmt.Sprintf("koanf.Provider of group %q", p.group.Name()) }
