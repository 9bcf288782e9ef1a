package status

import (
	_ "embed"
	"html/template"
	"time"
)

//go:embed page.html
var pageHTML string // constant

//go:embed page.css
var pageCSS string // constant

//go:embed page.js
var pageJS string // constant

// document is what the HTML is made of. The wording that its methods and the
// functions of text.go choose is chosen again in page.js.
type document struct {
	*report
	Nonce   string
	Style   template.CSS
	Script  template.JS // "": no live update
	Every   int64       // milliseconds
	Refresh bool
}

func parseHTML() (*template.Template, error) {
	return template.New("page").Funcs(template.FuncMap{
		"age": age, "clock": clockTime, "counted": counted[int], "query": queryOf, "relative": relative,
	}).Parse(pageHTML)
}

func (p *Page) document(rep *report, nonce string) document {
	d := document{report: rep, Nonce: nonce, Style: template.CSS(pageCSS), Refresh: p.cfg.Refresh}
	if p.cfg.Every > 0 {
		d.Script, d.Every = template.JS(pageJS), p.cfg.Every.Milliseconds()
	}
	return d
}

// queryOf returns the query that asks for one group.
func queryOf(group string) string {
	return part{group: group, only: true, page: firstPage, limit: paramsAPage}.query()
}

// Heading is the document's title.
func (d document) Heading() string {
	if d.Only {
		return d.Groups.Items[0].Name + " – " + d.Title
	}
	return d.Title
}

// groupRow is a group with what its template needs beside it.
type groupRow struct {
	group
	Now     time.Time
	Only    bool
	Refresh bool
}

// Rows returns the groups of this page.
func (d document) Rows() []groupRow {
	var rows []groupRow
	for _, g := range d.Groups.Items {
		rows = append(rows, groupRow{g, d.Now, d.Only, d.Refresh})
	}
	return rows
}

// Blank returns an empty group, of which the script makes new ones.
func (d document) Blank() groupRow { return groupRow{Now: d.Now, Only: d.Only, Refresh: d.Refresh} }

// Open reports whether a group's parameters are shown without being asked for.
func (g groupRow) Open() bool {
	return g.Only || g.Parameters.Count > 0 && g.Parameters.Count <= maxOpen
}

// maxOpen is how many parameters may show in a group among others.
const maxOpen = 3

// paramRow is a parameter with what its template needs beside it.
type paramRow struct {
	parameter
	Now time.Time
}

// Rows returns the parameters of this page.
func (g groupRow) Rows() []paramRow {
	var rows []paramRow
	for _, p := range g.Parameters.Items {
		rows = append(rows, paramRow{p, g.Now})
	}
	return rows
}

// Blank returns an empty parameter, of which the script makes new ones.
func (g groupRow) Blank() paramRow { return paramRow{Now: g.Now} }

// eventRow is an event with what its template needs beside it.
type eventRow struct {
	event
	Now time.Time
}

// EventRows returns the events.
func (d document) EventRows() []eventRow {
	var rows []eventRow
	for _, e := range d.Events {
		rows = append(rows, eventRow{e, d.Now})
	}
	return rows
}

// BlankEvent returns an empty event, of which the script makes new ones.
func (d document) BlankEvent() eventRow { return eventRow{Now: d.Now} }

// Ago says how long ago the event was.
func (e eventRow) Ago() string { return relative(e.Now, e.Time) }

// Datetime returns the event's time for machines.
func (e eventRow) Datetime() string { return e.Time.Format(time.RFC3339Nano) }

// More returns how many problems are not listed.
func (p problems) More() int { return p.Count - len(p.Items) }

// turn leads to the pages beside this one.
type turn struct {
	First, Last, Count int
	What               string
	Before, After      string // queries; "": there is none
}

// Turn returns where the pages of groups, or of the one group's parameters, go
// on.
func (r *report) Turn() turn {
	if r.Only {
		return turnOf(r.Groups.Items[0].Parameters, "parameters", r.part)
	}
	return turnOf(r.Groups, "groups", r.part)
}

func turnOf[T any](l paged[T], what string, part part) turn {
	t := turn{First: l.First(), Last: l.Last(), Count: l.Count, What: what}
	if l.Page > firstPage {
		part.page = l.Page - 1
		t.Before = part.query()
	}
	if l.Page < l.Pages {
		part.page = l.Page + 1
		t.After = part.query()
	}
	return t
}
