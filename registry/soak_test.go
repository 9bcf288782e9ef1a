//go:build soak

package registry_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// The load of the soak test.
const (
	soakGroups  = 50
	soakNames   = 100 // of each group
	soakReaders = 64
	soakMaxAge  = 5 * time.Second
	soakStale   = time.Minute // MaxStale: a busy machine may take long, but no value is older than both
	heapSlack   = 8 << 20     // bytes: connection buffers and the runtime's own
)

// soaking is what the readers have seen.
type soaking struct {
	reads, views, errors, refreshes, failed atomic.Int64
	oldest                                  atomic.Int64 // the greatest age of a value, in nanoseconds
}

// TestSoakWarmReadersSeeNoErrorUnderLoad reads for a minute, or for SOAK_TIME,
// from a store over HTTP that throttles 5 % of the calls, resets 1 % of the
// connections, and takes its time.
func TestSoakWarmReadersSeeNoErrorUnderLoad(t *testing.T) {
	lasts := time.Minute
	if text := os.Getenv("SOAK_TIME"); text != "" {
		var err error
		if lasts, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	goroutines, heap := footprint()

	store := ssmtest.New(ssmtest.Config{})
	store.SetLatencyFunc(func(ssmtest.Call) time.Duration { return rand.N(30 * time.Millisecond) })
	server := httptest.NewServer(flaky(store.Handler()))
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	reg, err := registry.Open(t.Context(), registry.Config{MaxInFlight: 20, Client: ssm.New(ssm.Options{
		BaseEndpoint: aws.String(server.URL),
		Region:       "us-east-1",
		Retryer:      aws.NopRetryer{}, // the groups' own back-off has to do
		HTTPClient:   &http.Client{Transport: transport},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "soak", SecretAccessKey: "soak"}, nil
		}),
	})})
	if err != nil {
		t.Fatal(err)
	}
	groups, handles := soakedGroups(t, store, reg)
	if err := reg.Warm(t.Context()); err != nil {
		t.Fatalf("warm: %v", err)
	}

	seen := &soaking{}
	ctx, cancel := context.WithTimeout(t.Context(), lasts)
	defer cancel()
	var all sync.WaitGroup
	for range soakReaders {
		all.Go(func() { seen.read(ctx, groups, handles) })
	}
	all.Go(func() { write(ctx, store) })
	all.Go(func() { seen.refresh(ctx, groups) })
	all.Wait()

	var fetches, failures int64
	for _, g := range groups {
		st := g.Stats()
		fetches, failures = fetches+st.Fetches, failures+st.Failures
	}
	if err := reg.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	calls := store.CallCount()
	transport.CloseIdleConnections()
	server.Close()
	store.ResetCalls()
	clear(handles)
	clear(groups)
	goroutinesAfter, heapAfter := footprint()

	age := time.Duration(seen.oldest.Load())
	t.Logf("%v, %d readers, %d groups of %d names", lasts, soakReaders, soakGroups, soakNames)
	t.Logf("reads              %d, and %d views", seen.reads.Load(), seen.views.Load())
	t.Logf("fetches            %d, %d of them failed in part, %d calls answered", fetches, failures, calls)
	t.Logf("explicit refreshes %d, %d of them failed in part", seen.refreshes.Load(), seen.failed.Load())
	t.Logf("errors of readers  %d", seen.errors.Load())
	t.Logf("greatest age seen  %v, with a MaxAge of %v", age.Round(time.Millisecond), soakMaxAge)
	t.Logf("goroutines         %d before, %d after", goroutines, goroutinesAfter)
	t.Logf("heap               %d KiB before, %d KiB after", heap>>10, heapAfter>>10)
	if n := seen.errors.Load(); n > 0 {
		t.Errorf("warm readers saw %d errors", n)
	}
	if seen.reads.Load() == 0 || fetches < soakGroups*int64(lasts/soakMaxAge) || failures == 0 {
		t.Errorf("the load was none")
	}
	if age > soakMaxAge+soakStale {
		t.Errorf("a value was %v old", age)
	}
	if goroutinesAfter > goroutines {
		t.Errorf("%d goroutines are left", goroutinesAfter-goroutines)
	}
	if heapAfter > heap+heapSlack {
		t.Errorf("the heap has grown by %d KiB", (heapAfter-heap)>>10)
	}
}

// flaky throttles 5 % of the requests and resets the connections of 1 %.
func flaky(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch n := rand.IntN(100); {
		case n < 5:
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"__type":"ThrottlingException","message":"Rate exceeded"}`))
		case n < 6:
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = conn.(*net.TCPConn).SetLinger(0)
				_ = conn.Close()
			}
		default:
			h.ServeHTTP(w, r)
		}
	})
}

func soakName(group, i int) string { return fmt.Sprintf("/soak/%d/%d", group, i) }

// soakedGroups makes the groups, every other one of each mode, and their handles.
func soakedGroups(t *testing.T, store *ssmtest.Store, reg *registry.Registry) (groups []*registry.Group, handles [][]*handle.Handle) {
	for i := range soakGroups {
		mode := registry.RefreshAhead
		if i%2 == 1 {
			mode = registry.RefreshOnRead
		}
		g, err := reg.Group(registry.GroupConfig{Name: fmt.Sprint("soak ", i), MaxAge: soakMaxAge, MaxStale: soakStale, Mode: mode})
		if err != nil {
			t.Fatal(err)
		}
		var of []*handle.Handle
		for j := range soakNames {
			store.Put(soakName(i, j), "first")
			h, err := g.Parameter(soakName(i, j))
			if err != nil {
				t.Fatal(err)
			}
			of = append(of, h)
		}
		groups, handles = append(groups, g), append(handles, of)
	}
	return groups, handles
}

// read reads bursts of values and, once a burst, metadata and a view.
func (s *soaking) read(ctx context.Context, groups []*registry.Group, handles [][]*handle.Handle) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		i := rand.IntN(soakGroups)
		for range 200 {
			_, err := handles[i][rand.IntN(soakNames)].Get(context.Background())
			s.count(&s.reads, err)
		}
		p, err := handles[i][rand.IntN(soakNames)].Lookup(context.Background())
		s.count(&s.reads, err)
		if age := int64(time.Since(p.FetchedAt())); err == nil {
			for last := s.oldest.Load(); age > last && !s.oldest.CompareAndSwap(last, age); last = s.oldest.Load() {
			}
		}
		view, err := groups[i].View(context.Background())
		if err == nil {
			_, err = view.Get(handles[i][rand.IntN(soakNames)])
		}
		s.count(&s.views, err)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (s *soaking) count(n *atomic.Int64, err error) {
	n.Add(1)
	if err != nil {
		s.errors.Add(1)
	}
}

// refresh refreshes groups, which may fail: the store is flaky.
func (s *soaking) refresh(ctx context.Context, groups []*registry.Group) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		s.refreshes.Add(1)
		if err := groups[rand.IntN(soakGroups)].Refresh(context.Background()); err != nil {
			s.failed.Add(1)
		}
	}
}

// write changes values.
func write(ctx context.Context, store *ssmtest.Store) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-tick.C:
			store.Put(soakName(rand.IntN(soakGroups), rand.IntN(soakNames)), fmt.Sprint("put ", n))
		case <-ctx.Done():
			return
		}
	}
}

// footprint returns how many goroutines there are and how much memory is in use,
// once what has ended is gone.
func footprint() (goroutines int, heap uint64) {
	for last := -1; last != goroutines; {
		last = goroutines
		runtime.GC()
		<-time.After(200 * time.Millisecond)
		goroutines = runtime.NumGoroutine()
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return goroutines, m.HeapAlloc
}
