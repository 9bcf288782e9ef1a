package koanf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ssmcache/ssmcache/fetch"
)

// secretPath is where Parameter Store has the secrets of Secrets Manager.
const secretPath = "/aws/reference/secretsmanager/"

// keyBelow returns the key of a name below a path. A name that is not below it
// is kept whole; so is a secret's, without its path.
func keyBelow(path, delim, name string) string {
	if secret, ok := strings.CutPrefix(name, secretPath); ok {
		name = secret
	} else if rest, ok := strings.CutPrefix(name, strings.TrimSuffix(path, "/")+"/"); ok {
		name = rest
	}
	return strings.ReplaceAll(strings.TrimPrefix(name, "/"), "/", delim)
}

// keyed returns parameters by key. They are ordered by name.
func (c Config) keyed(params []fetch.Parameter) (map[string]fetch.Parameter, error) {
	byKey := make(map[string]fetch.Parameter, len(params))
	var errs []error
	for _, p := range params {
		key := c.Key(p.Name())
		if key == "" {
			continue
		}
		if other, taken := byKey[key]; taken {
			errs = append(errs, fmt.Errorf("ssmcache: koanf: parameters %q and %q have the same key %q", other.FullName(), p.FullName(), key))
			continue
		}
		byKey[key] = p
	}
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		levels := strings.Split(key, c.Delim)
		for i := 1; i < len(levels); i++ {
			outer := strings.Join(levels[:i], c.Delim)
			if other, taken := byKey[outer]; taken {
				errs = append(errs, fmt.Errorf("ssmcache: koanf: the key %q of parameter %q lies within %q of %q", key, byKey[key].FullName(), outer, other.FullName()))
			}
		}
	}
	return byKey, errors.Join(errs...)
}

// nest puts a value into nested maps, which hold no value on its way.
func nest(into map[string]any, levels []string, value any) {
	for _, level := range levels[:len(levels)-1] {
		next, ok := into[level].(map[string]any)
		if !ok {
			next = map[string]any{}
			into[level] = next
		}
		into = next
	}
	into[levels[len(levels)-1]] = value
}
