package registry

import (
	"reflect"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
)

// single identifies a handle of [Registry.Parameter] or [Registry.Secret].
type single struct {
	name fetch.Name
	cfg  GroupConfig
}

// Parameter returns a handle for one parameter, in a group of its own; the same
// name and cfg give the same handle, unless cfg.Client cannot be compared. See
// [Group.Parameter] for names and errors. It does not block.
func (r *Registry) Parameter(name string, cfg GroupConfig) (*handle.Handle, error) {
	base, err := r.check(cfg)
	if err != nil {
		return nil, err
	}
	n, err := fetch.ParseNameIn(base, name)
	if err != nil {
		return nil, err
	}
	return r.single(single{n, cfg}, base)
}

// Secret returns a handle for one Secrets Manager secret, in a group of its own,
// likewise. See [Group.Secret].
func (r *Registry) Secret(name string, cfg GroupConfig) (*handle.Handle, error) {
	base, err := r.check(cfg)
	if err != nil {
		return nil, err
	}
	n, err := fetch.ParseSecret(name)
	if err != nil {
		return nil, err
	}
	return r.single(single{n, cfg}, base)
}

func (r *Registry) single(key single, base fetch.BasePath) (*handle.Handle, error) {
	if err := decryptable(key.name, !key.cfg.NoDecryption); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	comparable := key.cfg.Client == nil || reflect.ValueOf(key.cfg.Client).Comparable()
	if comparable && r.singles[key] != nil && !r.closed {
		return r.singles[key], nil
	}
	g, err := r.groupLocked(key.cfg, base)
	if err != nil {
		return nil, err
	}
	h, err := g.add(key.name)
	if comparable && err == nil {
		r.singles[key], g.single = h, &key
	}
	return h, err
}
