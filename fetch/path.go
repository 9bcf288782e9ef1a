package fetch

import (
	"fmt"
	"strings"
)

// BasePath is a checked prefix of every name and path of a group. The zero
// BasePath is none.
type BasePath struct {
	prefix string // without a trailing slash
	set    bool   // "/" is a base path too: its names start with a slash
}

// String returns the base path, without a trailing slash.
func (b BasePath) String() string { return b.prefix }

// ParseBasePath checks a base path; "" is none. A malformed one is
// [ErrInvalidPath].
func ParseBasePath(s string) (BasePath, error) {
	if s == "" {
		return BasePath{}, nil
	}
	if err := checkPath(s); err != nil {
		return BasePath{}, fmt.Errorf("base path %q: %w: %s", s, ErrInvalidPath, err)
	}
	return BasePath{prefix: strings.TrimSuffix(s, "/"), set: true}, nil
}

// Path is a checked path to list, with what a listing of it leaves out.
type Path struct {
	path     string
	oneLevel bool
	filters  []Filter // own copy, options completed
	key      string   // equal for equal listings
}

// ParsePath checks a path and its filters, and puts base before the path. A
// trailing slash is trimmed. A malformed path is [ErrInvalidPath], a bad filter
// [ErrInvalidFilter].
func ParsePath(base BasePath, s string, oneLevel bool, filters []Filter) (Path, error) {
	full := base.prefix + s
	err := checkPath(s)
	if err == nil {
		err = checkPath(full)
	}
	if err == nil && strings.HasPrefix(full+"/", secretPrefix) {
		err = fmt.Errorf("secrets cannot be listed by path")
	}
	if err != nil {
		return Path{}, fmt.Errorf("ssmcache: path %q: %w: %s", s, ErrInvalidPath, err)
	}
	if full = strings.TrimSuffix(full, "/"); full == "" {
		full = "/"
	}
	p := Path{path: full, oneLevel: oneLevel}
	for i, f := range filters {
		checked, err := f.checked()
		if err != nil {
			return Path{}, fmt.Errorf("ssmcache: path %q: filter %d: %w", s, i+1, err)
		}
		p.filters = append(p.filters, checked)
	}
	p.key = fmt.Sprintf("%s %t %q", full, oneLevel, p.filters)
	return p, nil
}

// String returns the full path.
func (p Path) String() string { return p.path }

// Key is equal for two paths exactly if they ask for a listing in the same way:
// filters and values in another order make another.
func (p Path) Key() string { return p.key }

// HasLabel reports whether a Label filter makes the listing show the labelled
// versions, which are other values than the parameters' latest.
func (p Path) HasLabel() bool {
	for _, f := range p.filters {
		if f.Key == filterLabel {
			return true
		}
	}
	return false
}

// Contains reports whether name may stand in the listing. The root's listing
// has names with and without a leading slash.
func (p Path) Contains(name string) bool {
	rest := strings.TrimPrefix(name, "/")
	if p.path != "/" {
		var below bool
		if rest, below = strings.CutPrefix(name, p.path+"/"); !below {
			return false
		}
	}
	return rest != "" && !(p.oneLevel && strings.Contains(rest, "/"))
}

// checkPath says what is wrong with a path, which may end with a slash.
func checkPath(s string) error {
	switch trimmed := strings.TrimSuffix(s, "/"); {
	case !strings.HasPrefix(s, "/"):
		return fmt.Errorf("a path starts with a slash")
	case !consistsOf(s, nameChar):
		return fmt.Errorf("only letters, digits and _.-/ are allowed")
	case len(s) > maxNameLength:
		return fmt.Errorf("longer than %d characters", maxNameLength)
	case trimmed == "":
		return nil
	default:
		return checkLevels(trimmed)
	}
}
