package actor

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/ssmcache/ssmcache/fetch"
)

// roster numbers all that a group was asked for: each name, path, and parameter
// that a listing brought gets a slot, which it keeps until the group is closed.
// Callers add names and paths, the loop adds members of listings.
type roster struct {
	mu      sync.Mutex
	slots   map[string]int
	entries []entry // by slot; an element never changes
	paths   []fetch.Path
	pathAt  []int        // the slots of the paths
	named   map[int]bool // members of listings that were asked for by name as well
}

// entry says what a slot stands for, and how its value is fetched.
type entry struct {
	name string // the full name with its selector; for a path, the path
	kind kind
	path int32 // index in roster.paths: of a path itself, or of the listing that a labelled parameter belongs to
}

type kind uint8

const (
	byName   kind = iota // GetParameters
	byPath               // a path: GetParametersByPath
	member               // brought by whichever listing has it
	labelled             // brought by its own listing alone, in the version with the label
)

func newRoster() *roster { return &roster{slots: map[string]int{}, named: map[int]bool{}} }

// addName returns the slot of a name. A parameter that a listing has loaded
// keeps its slot, and goes on being fetched with the listing (rules 3 and 12).
func (r *roster) addName(n fetch.Name) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	slot, _ := r.addLocked(n.String(), entry{name: n.String(), kind: byName})
	if r.entries[slot].kind == member {
		r.named[slot] = true
	}
	return slot
}

// addPath returns the slot of a path.
func (r *roster) addPath(p fetch.Path) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	slot, added := r.addLocked("path "+p.Key(), entry{name: p.String(), kind: byPath, path: int32(len(r.paths))})
	if added {
		r.paths, r.pathAt = append(r.paths, p), append(r.pathAt, slot)
	}
	return slot
}

// memberLocked returns the slot of a parameter in the listing of the path with
// the given index.
func (r *roster) memberLocked(path int, name string) int {
	key, e := r.memberKey(path, name)
	slot, _ := r.addLocked(key, e)
	return slot
}

func (r *roster) memberKey(path int, name string) (string, entry) {
	if r.paths[path].HasLabel() {
		return "in " + strconv.Itoa(path) + " " + name, entry{name: name, kind: labelled, path: int32(path)}
	}
	return name, entry{name: name, kind: member}
}

// find returns the slot of a parameter in a listing, if it has one yet.
func (r *roster) find(path int, name string) (int, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key, _ := r.memberKey(path, name)
	slot, ok := r.slots[key]
	return slot, ok
}

func (r *roster) addLocked(key string, e entry) (slot int, added bool) {
	if slot, ok := r.slots[key]; ok {
		return slot, false
	}
	slot = len(r.entries)
	r.slots[key] = slot
	r.entries = append(r.entries, e)
	return slot, true
}

// list returns all entries so far, by slot. The slice is not to be modified.
func (r *roster) list() ([]entry, []fetch.Path) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clip(r.entries), slices.Clip(r.paths)
}

// pathSlot returns the slot of the path with the given index.
func (r *roster) pathSlot(path int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pathAt[path]
}

// visible returns the slots that were asked for by name or are in some
// listing's latest answer, each once, in no order.
func (r *roster) visible(s *snapshot) []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	var slots []int
	for slot, e := range r.entries {
		if e.kind == byName || r.named[slot] {
			slots = append(slots, slot)
		}
	}
	seen := map[int]bool{}
	for _, l := range s.listings {
		for _, slot := range l.slots {
			if r.entries[slot].kind != byName && !r.named[slot] && !seen[slot] {
				slots, seen[slot] = append(slots, slot), true
			}
		}
	}
	return slots
}

// unnamed reports whether a slot is a parameter that only listings have asked for.
func (r *roster) unnamed(slot int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	kind := r.entries[slot].kind
	return (kind == member || kind == labelled) && !r.named[slot]
}

// namedMembers returns the members of listings that were asked for by name.
func (r *roster) namedMembers() []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.named))
}

// entry returns what a slot stands for.
func (r *roster) entry(slot int) entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.entries[slot]
}

// byNameOrder sorts slots by name, then by slot.
func byNameOrder(entries []entry, slots []int) {
	slices.SortFunc(slots, func(a, b int) int {
		return cmp.Or(cmp.Compare(entries[a].name, entries[b].name), cmp.Compare(a, b))
	})
}

// len returns how many slots there are.
func (r *roster) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.entries)
}
