package status

import (
	"context"
	"net/http"
	"time"

	"github.com/ssmcache/ssmcache/handle"
)

const (
	refreshWithin = 10 * time.Second // a browser's user waits no longer; the fetch goes on
	maxForm       = 64 << 10         // bytes of a form: a group's name
)

// refresh refreshes the group that the form names, or all if it names none, and
// sends the browser back to where it came from, where the outcome shows.
func (p *Page) refresh(w http.ResponseWriter, r *http.Request) {
	if err := p.guard.Check(r); err != nil {
		refuse(w, r, http.StatusForbidden, "a refresh is asked for by this page alone")
		return
	}
	part, err := partOf(r.URL.Query())
	if err != nil {
		refuse(w, r, http.StatusBadRequest, err.Error())
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		refuse(w, r, http.StatusBadRequest, "the form cannot be read")
		return
	}
	target := p.target(r)
	if target == nil {
		refuse(w, r, http.StatusNotFound, "no such group: it may have been closed")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), refreshWithin)
	defer cancel()
	_ = target.Refresh(ctx) // the page that follows shows how it ended

	w.Header().Set("Location", part.query()) // relative: the handler does not know where it is mounted
	w.WriteHeader(http.StatusSeeOther)
}

// target returns what the form asks to refresh; nil if there is no such group.
func (p *Page) target(r *http.Request) handle.Refresher {
	if !r.PostForm.Has(queryGroup) {
		return p.cfg.Registry
	}
	for _, g := range p.cfg.Registry.Groups() {
		if g.Name() == r.PostForm.Get(queryGroup) {
			return g
		}
	}
	return nil
}
