package status

import (
	"errors"
	"net/url"
	"strconv"
)

const (
	previewed    = 10   // parameters of a group among others
	groupsAPage  = 20   // with 10 parameters each, some 100 KB of HTML
	paramsAPage  = 100  // of the one group shown
	maxGroups    = 100  // some 500 KB
	maxParams    = 1000 // likewise
	firstPage    = 1
	queryGroup   = "group"
	queryPage    = "page"
	queryLimit   = "limit"
	invalidQuery = "page and limit are numbers from 1"
)

// part is what of the registry is asked for.
type part struct {
	group string
	only  bool // show this group only, with a page of its parameters
	page  int  // from 1
	limit int  // a page's size
}

// partOf reads a query. A limit that is too large is brought down.
func partOf(q url.Values) (part, error) {
	p := part{group: q.Get(queryGroup), only: q.Has(queryGroup)}
	usual, most := groupsAPage, maxGroups
	if p.only {
		usual, most = paramsAPage, maxParams
	}
	var err error
	if p.page, err = number(q, queryPage, firstPage); err != nil {
		return part{}, err
	}
	if p.limit, err = number(q, queryLimit, usual); err != nil {
		return part{}, err
	}
	p.limit = min(p.limit, most)
	return p, nil
}

func number(q url.Values, key string, missing int) (int, error) {
	if !q.Has(key) {
		return missing, nil
	}
	n, err := strconv.Atoi(q.Get(key))
	if err != nil || n < 1 {
		return 0, errors.New(invalidQuery)
	}
	return n, nil
}

// query returns the query that asks for p.
func (p part) query() string {
	q := url.Values{}
	if p.only {
		q.Set(queryGroup, p.group)
	}
	usual := groupsAPage
	if p.only {
		usual = paramsAPage
	}
	if p.page != firstPage {
		q.Set(queryPage, strconv.Itoa(p.page))
	}
	if p.limit != usual {
		q.Set(queryLimit, strconv.Itoa(p.limit))
	}
	return "?" + q.Encode()
}

// paged is one page of a list.
type paged[T any] struct {
	Count int `json:"count"` // of the whole list
	Page  int `json:"page"`  // from 1
	Pages int `json:"pages"` // at least 1
	Limit int `json:"limit"` // a page's size
	Items []T `json:"items"`
}

// pageOf returns a page of the items of a list, each made by show. After the
// last page, it is the last one.
func pageOf[E, T any](list []E, page, limit int, show func(E) T) paged[T] {
	pages := max(1, (len(list)+limit-1)/limit)
	page = min(page, pages)
	from := (page - 1) * limit
	p := paged[T]{Count: len(list), Page: page, Pages: pages, Limit: limit, Items: []T{}}
	for _, e := range list[from:min(from+limit, len(list))] {
		p.Items = append(p.Items, show(e))
	}
	return p
}

// First returns the number of the page's first item, from 1; 0 if there is none.
func (p paged[T]) First() int {
	if len(p.Items) == 0 {
		return 0
	}
	return (p.Page-1)*p.Limit + 1
}

// Last returns the number of the page's last item.
func (p paged[T]) Last() int { return max(0, p.First()+len(p.Items)-1) }
