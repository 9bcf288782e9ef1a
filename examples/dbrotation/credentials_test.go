package main

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

// inScene runs a test in a bubble, with a scene of its own.
func inScene(t *testing.T, test func(*testing.T, *scene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newScene(t)) })
}

func TestARefusedLoginGetsThroughOnceTheStoreHasThePassword(t *testing.T) {
	tests := map[string]struct {
		lag            time.Duration // how late the store learns
		took           time.Duration
		refused, calls int
	}{
		"in time":     {0, 0, 1, 1},
		"500 ms late": {500 * time.Millisecond, time.Second, 1, 2},
		"950 ms late": {950 * time.Millisecond, time.Second, 1, 2},
		"1.5 s late":  {1500 * time.Millisecond, 3 * time.Second, 2, 3}, // the password is tried again at 2 s
		"5 s late":    {5 * time.Second, 7 * time.Second, 4, 4},
		"8 s late":    {8 * time.Second, 15 * time.Second, 8, 5},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inScene(t, func(t *testing.T, s *scene) {
				s.server.change("u2", "p2")
				if tt.lag == 0 {
					s.tell("u2", "p2")
				} else {
					s.after(tt.lag, func() { s.tell("u2", "p2") })
				}
				conn, err := s.connect(t.Context())
				if conn != "connection of u2" || err != nil {
					t.Errorf("got %q, %v", conn, err)
				}
				s.expect(tt.took, tt.refused, tt.calls)
			})
		})
	}
}

func TestAnAcceptedLoginCostsNoCall(t *testing.T) {
	inScene(t, func(t *testing.T, s *scene) {
		conn, err := s.connect(t.Context())
		if conn != "connection of u1" || err != nil {
			t.Errorf("got %q, %v", conn, err)
		}
		s.expect(0, 0, 0)
	})
}

func TestManyRefusedLoginsShareTheCallsOfOne(t *testing.T) {
	inScene(t, func(t *testing.T, s *scene) {
		s.server.change("u2", "p2")
		s.after(500*time.Millisecond, func() { s.tell("u2", "p2") })
		var all sync.WaitGroup
		for range 32 {
			all.Go(func() {
				if conn, err := s.connect(t.Context()); conn != "connection of u2" || err != nil {
					t.Errorf("got %q, %v", conn, err)
				}
			})
		}
		all.Wait()
		s.expect(time.Second, 32, 2)
	})
}

func TestALateRefusalOfAnEarlierPasswordCostsNoCall(t *testing.T) {
	inScene(t, func(t *testing.T, s *scene) {
		logins := 0
		conn, err := Connect(t.Context(), s.credentials, refusedBy, func(context.Context) (string, error) {
			if logins++; logins == 1 {
				return "", refusal{"p0"} // read before the group had "p1"
			}
			return s.server.login("u1", "p1")
		})
		if conn != "connection of u1" || err != nil {
			t.Errorf("got %q, %v", conn, err)
		}
		s.expect(0, 0, 0)
	})
}

func TestARefreshBySomebodyElseEndsTheWaitAtOnce(t *testing.T) {
	inScene(t, func(t *testing.T, s *scene) {
		s.server.change("u2", "p2")
		s.after(500*time.Millisecond, func() { s.tell("u2", "p2") })
		s.after(730*time.Millisecond, func() { _ = s.group.Refresh(t.Context()) })
		if conn, err := s.connect(t.Context()); conn != "connection of u2" || err != nil {
			t.Errorf("got %q, %v", conn, err)
		}
		s.expect(730*time.Millisecond, 1, 2)
	})
}

func TestADatabaseThatIsBehindTheStoreGetsTheSamePasswordAgain(t *testing.T) {
	inScene(t, func(t *testing.T, s *scene) {
		s.tell("u2", "p2")
		if err := s.group.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.after(1500*time.Millisecond, func() { s.server.change("u2", "p2") })
		if conn, err := s.connect(t.Context()); conn != "connection of u2" || err != nil {
			t.Errorf("got %q, %v", conn, err)
		}
		s.expect(2*time.Second, 1, 3) // the test's own call, and those at 0 s and 1 s
	})
}

func TestHalfAPairIsRefusedAndMended(t *testing.T) {
	inScene(t, func(t *testing.T, s *scene) {
		s.server.change("u2", "p2")
		s.store.Put(userName, "u2")
		if err := s.group.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.after(500*time.Millisecond, func() { s.store.PutSecure(passwordName, "p2") })
		if conn, err := s.connect(t.Context()); conn != "connection of u2" || err != nil {
			t.Errorf("got %q, %v", conn, err)
		}
		s.expect(time.Second, 1, 3)
	})
}

func TestAStoreThatFailsMeanwhileDoesNotEndTheWait(t *testing.T) {
	inScene(t, func(t *testing.T, s *scene) {
		s.server.change("u2", "p2")
		s.store.Fault(ssmtest.Fault{Code: "ThrottlingException", Times: 1})
		s.after(500*time.Millisecond, func() { s.tell("u2", "p2") })
		if conn, err := s.connect(t.Context()); conn != "connection of u2" || err != nil {
			t.Errorf("got %q, %v", conn, err)
		}
		s.expect(time.Second, 1, 3) // throttled at 0 s, tried again by the group, and at 1 s
	})
}

func TestTheWaitEndsWithTheCallersContext(t *testing.T) {
	inScene(t, func(t *testing.T, s *scene) {
		s.server.change("u2", "p2")
		ctx, cancel := context.WithTimeout(t.Context(), 4750*time.Millisecond)
		defer cancel()
		_, err := s.connect(ctx)
		if _, refused := refusedBy(err); !refused || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, not the refusal joined with the context's error", err)
		}
		s.expect(4750*time.Millisecond, 3, 3) // logins at 0 s, 2 s, 4 s; calls at 0 s, 1 s, 3 s
	})
}

func TestTheWaitEndsAfter30Seconds(t *testing.T) {
	inScene(t, func(t *testing.T, s *scene) {
		s.server.change("u2", "p2")
		_, err := s.connect(t.Context())
		if _, refused := refusedBy(err); !refused || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, not the refusal joined with the context's error", err)
		}
		if took := time.Since(s.begun); took != 30*time.Second {
			t.Errorf("it took %v, not 30 s", took)
		}
		if calls := s.store.CallCount(); calls != 5 {
			t.Errorf("it cost %d API calls, not those at 0 s, 1 s, 3 s, 7 s and 15 s", calls)
		}
	})
}

func TestTheWaitEndsWhenTheRegistryIsClosed(t *testing.T) {
	inScene(t, func(t *testing.T, s *scene) {
		s.server.change("u2", "p2")
		s.after(330*time.Millisecond, func() { _ = s.registry.Close() })
		if _, err := s.connect(t.Context()); !errors.Is(err, registry.ErrClosed) {
			t.Errorf("got %v, not ErrClosed", err)
		}
		s.expect(330*time.Millisecond, 1, 1)
	})
}

func TestAnErrorThatIsNoRefusalIsReturnedAtOnce(t *testing.T) {
	inScene(t, func(t *testing.T, s *scene) {
		down := errors.New("connection refused")
		logins := 0
		_, err := Connect(t.Context(), s.credentials, refusedBy, func(context.Context) (string, error) {
			logins++
			return "", down
		})
		if !errors.Is(err, down) || logins != 1 {
			t.Errorf("got %v after %d logins", err, logins)
		}
		s.expect(0, 0, 0)
	})
}
