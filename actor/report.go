package actor

import (
	"errors"
	"maps"
	"slices"
	"sort"

	"github.com/ssmcache/ssmcache/fetch"
)

// report is the outcome of a fetch.
type report struct {
	plan   *plan
	paths  []fetch.Path
	result fetch.Result
	others []error // of what earlier tries were to bring, and of names asked for that listings were to bring
	whole  bool    // every name and path was answered with a value
	failed error   // the first failure that is worth another try; nil if there is none
}

func newReport(p *plan, paths []fetch.Path, res fetch.Result) *report {
	r := &report{plan: p, paths: paths, result: res, whole: true}
	for i := range res.Names {
		r.note(res.Names[i].Class, res.Names[i].Err)
	}
	for i := range res.Paths {
		r.note(res.Paths[i].Class, res.Paths[i].Err)
	}
	return r
}

func (r *report) note(class fetch.Class, err error) {
	r.whole = r.whole && class == fetch.Found
	if r.failed == nil && class == fetch.Failed {
		r.failed = err
	}
}

// addPart notes what an unfinished refresh, of which r is the next try, has
// gathered without a value.
func (r *report) addPart(p *part) {
	if p == nil {
		return
	}
	for _, slot := range slices.Sorted(maps.Keys(p.names)) {
		if o := p.names[slot].outcome; o.Class != fetch.Found {
			r.others = append(r.others, &fetch.Error{Op: fetch.OpGetParameters, Name: r.plan.entries[slot].name, Err: o.Err})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(p.paths)) {
		if l := p.paths[path].outcome; l.Class != fetch.Found {
			r.others = append(r.others, &fetch.Error{Op: fetch.OpGetParametersByPath, Name: r.paths[path].String(), Err: l.Err})
		}
	}
	r.whole = r.whole && len(r.others) == 0
}

// err joins a [*fetch.Error] for each name and path that got no value.
func (r *report) err() error {
	if r == nil {
		return nil
	}
	var errs []error
	for i, o := range r.result.Names {
		if o.Class != fetch.Found {
			errs = append(errs, r.nameError(i))
		}
	}
	for i := range r.result.Paths {
		if err := r.pathError(i); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, r.others...)...)
}

// errOf returns the error for one slot.
func (r *report) errOf(slot int, e entry) error {
	if r == nil {
		return nil
	}
	if e.kind == byName {
		if i := sort.SearchInts(r.plan.names, slot); i < len(r.plan.names) && r.plan.names[i] == slot {
			return r.nameError(i)
		}
		return nil
	}
	for i, path := range r.plan.paths {
		if e.in(path, r.paths) {
			if err := r.pathError(i); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *report) nameError(i int) error {
	o := r.result.Names[i]
	if o.Class == fetch.Found {
		return nil
	}
	return &fetch.Error{Op: fetch.OpGetParameters, Name: r.plan.entries[r.plan.names[i]].name, Err: o.Err}
}

func (r *report) pathError(i int) error {
	l := r.result.Paths[i]
	if l.Class == fetch.Found {
		return nil
	}
	return &fetch.Error{Op: fetch.OpGetParametersByPath, Name: r.paths[r.plan.paths[i]].String(), Err: l.Err}
}

// in reports whether the listing of the path with the given index may bring e.
func (e entry) in(path int, paths []fetch.Path) bool {
	switch e.kind {
	case member:
		return !paths[path].HasLabel() && paths[path].Contains(e.name)
	case labelled, byPath:
		return int(e.path) == path
	}
	return false
}
