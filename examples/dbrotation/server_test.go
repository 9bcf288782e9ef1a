package main

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

// server is a database that lets one user in. Its logins take no time.
type server struct {
	mu             sync.Mutex // guards all below
	user, password string
	refused        int
}

// refusal is the error of a login with another user or password.
type refusal struct{ password string }

func (refusal) Error() string { return "login refused" }

// refusedBy is the classifier of a server's errors.
func refusedBy(err error) (string, bool) {
	var r refusal
	return r.password, errors.As(err, &r)
}

func (s *server) change(user, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user, s.password = user, password
}

func (s *server) login(user, password string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if user != s.user || password != s.password {
		s.refused++
		return "", refusal{password}
	}
	return "connection of " + user, nil
}

func (s *server) refusals() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// scene is a server, a store and a warm group that agree on the pair "u1", "p1".
// It is made in a synctest bubble; its clock is the bubble's.
type scene struct {
	t           *testing.T
	server      server
	store       *ssmtest.Store
	registry    *registry.Registry
	group       *registry.Group
	credentials Credentials
	begun       time.Time
}

// newScene returns a scene whose record of API calls is empty. The registry is
// closed when the test is over, in the bubble.
func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, server: server{user: "u1", password: "p1"}, store: ssmtest.New(ssmtest.Config{})}
	s.tell("u1", "p1")
	var err error
	if s.registry, err = registry.Open(t.Context(), registry.Config{Client: s.store.Client()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.registry.Close() })
	if s.group, err = s.registry.Group(registry.GroupConfig{MaxAge: 100 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	if s.credentials, err = NewCredentials(s.group, userName, passwordName); err != nil {
		t.Fatal(err)
	}
	if err := s.group.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.store.ResetCalls()
	s.begun = time.Now()
	return s
}

// tell has the store learn a pair.
func (s *scene) tell(user, password string) {
	s.store.Put(userName, user)
	s.store.PutSecure(passwordName, password)
}

// after runs f when d has passed, unless the scene is over by then.
func (s *scene) after(d time.Duration, f func()) {
	timer := time.AfterFunc(d, f)
	s.t.Cleanup(func() { timer.Stop() })
}

func (s *scene) connect(ctx context.Context) (string, error) {
	return Connect(ctx, s.credentials, refusedBy, func(ctx context.Context) (string, error) {
		user, password, err := s.credentials.Read(ctx)
		if err != nil {
			return "", err
		}
		return s.server.login(user, password)
	})
}

// expect checks what has happened since the scene began.
func (s *scene) expect(took time.Duration, refused, calls int) {
	s.t.Helper()
	if got := time.Since(s.begun); got != took {
		s.t.Errorf("it took %v, not %v", got, took)
	}
	if got := s.server.refusals(); got != refused {
		s.t.Errorf("%d logins were refused, not %d", got, refused)
	}
	if got := s.store.CallCount(); got != calls {
		s.t.Errorf("it cost %d API calls, not %d", got, calls)
	}
}
