package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// shop answers requests from the values of one group.
type shop struct {
	group    *registry.Group
	motd     *handle.Handle
	limit    *handle.Value[int]
	user     *handle.Handle
	password *handle.Handle
	log      *slog.Logger
}

func newShop(reg *registry.Registry, log *slog.Logger) (*shop, error) {
	group, err := reg.Group(registry.GroupConfig{Name: "shop", BasePath: "/shop", MaxAge: time.Minute})
	if err != nil {
		return nil, err
	}
	s := &shop{group: group, log: log}
	handles := map[string]**handle.Handle{"/motd": &s.motd, "/db/user": &s.user, "/db/password": &s.password}
	for name, at := range handles {
		if *at, err = group.Parameter(name); err != nil {
			return nil, err
		}
	}
	limit, err := group.Parameter("/limit")
	if err != nil {
		return nil, err
	}
	s.limit = handle.Int(limit)
	return s, nil
}

func (s *shop) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.welcome)
	mux.HandleFunc("GET /orders", s.orders)
	return mux
}

// welcome shows the message of the day.
func (s *shop) welcome(w http.ResponseWriter, r *http.Request) {
	motd, err := s.motd.Get(r.Context())
	if err != nil {
		s.fail(w, err)
		return
	}
	limit, err := s.limit.Get(r.Context())
	if err != nil {
		s.fail(w, err)
		return
	}
	fmt.Fprintf(w, "%s\nat most %d items\n", motd, limit)
}

// orders reads user and password from one view: a refresh between the two reads
// cannot mix an old user with a new password.
func (s *shop) orders(w http.ResponseWriter, r *http.Request) {
	view, err := s.group.View(r.Context())
	if err != nil {
		s.fail(w, err)
		return
	}
	user, err := view.Get(s.user)
	if err != nil {
		s.fail(w, err)
		return
	}
	password, err := view.Get(s.password)
	if err != nil {
		s.fail(w, err)
		return
	}
	n, err := countOrders(user, password)
	if err != nil {
		s.fail(w, err)
		return
	}
	fmt.Fprintf(w, "%d orders\n", n)
}

// fail answers a request that has no value to work with. The error names the
// parameter and has no value in it; it is for the log all the same.
func (s *shop) fail(w http.ResponseWriter, err error) {
	s.log.Error("no value", "error", err)
	http.Error(w, "try again later", http.StatusServiceUnavailable)
}

// countOrders stands for a query of a database.
func countOrders(user, password string) (int, error) {
	if user == "" || password == "" {
		return 0, fmt.Errorf("no user, or no password")
	}
	return 3, nil
}
