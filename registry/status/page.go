package status

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/ssmcache/ssmcache/registry"
)

const (
	defaultTitle = "ssmcache"
	defaultEvery = 2 * time.Second        // an operator who watches an outage sees each step of it
	minEvery     = 100 * time.Millisecond // less is a forgotten unit
)

// Config says what a [Page] shows.
type Config struct {
	Registry *registry.Registry // required
	Events   *Events            // whose Observer the registry was given; nil: no events are shown
	Title    string             // of the page, such as the service's name; "": ssmcache
	Refresh  bool               // offer buttons that refresh, by POST; zero: nothing can be changed through the page
	Every    time.Duration      // between live updates; 0: 2 s; negative: none. Between 0 and 100 ms is refused
	Clock    clock.Clock        // the registry's; nil: the real clock
}

// Page shows a registry. It is an [http.Handler] for an internal listener; see
// the package's documentation. It starts no goroutine, needs no closing, and
// may be used after its registry was closed: it then shows no groups. All
// methods are safe for concurrent use.
type Page struct {
	cfg   Config                     // completed; constant
	html  *template.Template         // constant
	guard http.CrossOriginProtection // constant
}

// New returns a page. Every mistake in cfg is reported at once, by field name.
func New(cfg Config) (*Page, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Title == "" {
		cfg.Title = defaultTitle
	}
	if cfg.Every == 0 {
		cfg.Every = defaultEvery
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.New()
	}
	html, err := parseHTML()
	if err != nil {
		return nil, err
	}
	return &Page{cfg: cfg, html: html}, nil
}

func (c Config) check() error {
	var errs []error
	if c.Registry == nil {
		errs = append(errs, errors.New("ssmcache: status.Config.Registry: it is required"))
	}
	if c.Every > 0 && c.Every < minEvery {
		errs = append(errs, fmt.Errorf("ssmcache: status.Config.Every: %v is less than 100 ms: is a unit missing?", c.Every))
	}
	return errors.Join(errs...)
}

// ServeHTTP answers GET and HEAD with the page, and POST with a refresh where
// the Config offers one. A GET calls no store and waits for nothing; a POST
// waits for its refresh, up to 10 s.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		p.show(w, r)
	case r.Method == http.MethodPost && p.cfg.Refresh:
		p.refresh(w, r)
	default:
		w.Header().Set("Allow", p.methods())
		refuse(w, r, http.StatusMethodNotAllowed, "the status page is read by "+p.methods())
	}
}

func (p *Page) methods() string {
	if p.cfg.Refresh {
		return "GET, HEAD, POST"
	}
	return "GET, HEAD"
}

// show answers with what the registry is doing.
func (p *Page) show(w http.ResponseWriter, r *http.Request) {
	part, err := partOf(r.URL.Query())
	if err != nil {
		refuse(w, r, http.StatusBadRequest, err.Error())
		return
	}
	rep, ok := p.report(part)
	if !ok {
		refuse(w, r, http.StatusNotFound, "no such group: it may have been closed")
		return
	}
	if wantsJSON(r) {
		answerJSON(w, r, http.StatusOK, rep)
		return
	}
	p.answerHTML(w, r, rep)
}
