package handle

import (
	"github.com/ssmcache/ssmcache/actor"
	"github.com/ssmcache/ssmcache/fetch"
)

// View is one snapshot of a group: all its values were read by one refresh, but
// for names that were added since. Two handles read through one view cannot mix
// an old user name with a new password. A view does not age: hold it for one
// piece of work. The zero View has no values.
type View struct{ of actor.View }

// NewView returns a view of a group. Programs get theirs from
// registry.Group.View.
func NewView(of actor.View) View { return View{of} }

// Get returns the text that h has in the view. A name without a value gives its
// own error, and so does one whose value was kept from an earlier refresh
// because it failed in this one; a handle made after the view, or of another
// group, gives another. It never blocks.
func (v View) Get(h *Handle) (string, error) {
	p, err := v.Lookup(h)
	return p.Text(), err
}

// Lookup is Get with the value's metadata.
func (v View) Lookup(h *Handle) (fetch.Parameter, error) { return v.of.Lookup(h.group, h.slot) }
