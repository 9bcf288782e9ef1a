package ssmtest

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// data is what the store holds. Nothing waits while its lock is held.
type data struct {
	home home // constant

	mu         sync.Mutex // guards all below
	parameters map[string]*record
	secrets    map[string]*secret
	sorted     []string // the keys of parameters, in order; nil: to be sorted again
	pages      pages
}

func newData(at home) *data {
	return &data{home: at, parameters: map[string]*record{}, secrets: map[string]*secret{}}
}

func (d *data) size() (parameters, secrets int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.parameters), len(d.secrets)
}

// put stores a parameter as a new version, of an existing one only if overwrite
// is set.
func (d *data) put(p Parameter, overwrite bool, now time.Time) (int64, *apiError) {
	if err := complete(&p, d.home); err != nil {
		return 0, err
	}
	key := canonical(p.Name)
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.parameters[key]
	if r != nil && !overwrite {
		return 0, &apiError{code: "ParameterAlreadyExists", message: "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."}
	}
	if r == nil {
		r = &record{name: p.Name, arn: d.home.arn(key), labels: map[string]int64{}}
		d.parameters[key] = r
		d.sorted = nil
	}
	return r.add(p, now)
}

// label moves labels to a version; zero is the latest.
func (d *data) label(name string, number int64, labels []string) (at int64, invalid []string, err *apiError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.parameters[canonical(name)]
	if r == nil {
		return 0, nil, notFound(name)
	}
	if number == 0 {
		number = r.latest().number
	}
	invalid, err = r.label(number, labels)
	return number, invalid, err
}

func (d *data) remove(name string) *apiError {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := canonical(name)
	if d.parameters[key] == nil {
		return notFound(name)
	}
	delete(d.parameters, key)
	d.sorted = nil
	return nil
}

// indexLocked is the keys in order. It sorts at most once between two changes
// of the set of names.
func (d *data) indexLocked() []string {
	if d.sorted == nil {
		d.sorted = slices.Sorted(maps.Keys(d.parameters))
	}
	return d.sorted
}

// get answers GetParameters: the parameters in alphabetical order, and the
// names that the store does not know, in the order asked.
func (d *data) get(refs []reference, decrypt bool) (found []types.Parameter, unknown []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	found, unknown = make([]types.Parameter, 0, len(refs)), []string{}
	for _, ref := range refs {
		p, ok := d.lookupLocked(ref, decrypt)
		if !ok {
			unknown = append(unknown, ref.asked)
			continue
		}
		found = append(found, p)
	}
	slices.SortStableFunc(found, byNameAndSelector)
	return found, unknown
}

func (d *data) lookupLocked(ref reference, decrypt bool) (types.Parameter, bool) {
	if ref.secret {
		s := d.secrets[ref.key]
		if s == nil {
			return types.Parameter{}, false
		}
		v := s.find(ref.selector)
		if v == nil {
			return types.Parameter{}, false
		}
		return s.answer(v, ref), true
	}
	r := d.parameters[ref.key]
	if r == nil || ref.foreign {
		return types.Parameter{}, false
	}
	v, ok := r.find(ref.selector)
	if !ok {
		return types.Parameter{}, false
	}
	return r.answer(v, ref.name, ref.selector, decrypt), true
}
