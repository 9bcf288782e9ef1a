package prom_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	"github.com/ssmcache/ssmcache/registry/prom"
)

// The bubble's clock starts at 2000-01-01, 946684800 s after 1970.
const exposition = `
# HELP ssmcache_abandoned_api_calls_total Calls of the Parameter Store API that ignored the end of their context.
# TYPE ssmcache_abandoned_api_calls_total counter
ssmcache_abandoned_api_calls_total{group="db"} 0
ssmcache_abandoned_api_calls_total{group="idle"} 0
# HELP ssmcache_api_calls_total Calls of the Parameter Store API.
# TYPE ssmcache_api_calls_total counter
ssmcache_api_calls_total{group="db"} 6
ssmcache_api_calls_total{group="idle"} 0
# HELP ssmcache_api_throttles_total Times that Parameter Store throttled a call, those that the AWS SDK then sent again included.
# TYPE ssmcache_api_throttles_total counter
ssmcache_api_throttles_total{group="db"} 1
ssmcache_api_throttles_total{group="idle"} 0
# HELP ssmcache_fetch_duration_seconds How long fetches took, waits for a slot included.
# TYPE ssmcache_fetch_duration_seconds histogram
ssmcache_fetch_duration_seconds_bucket{group="db",le="0.01"} 0
ssmcache_fetch_duration_seconds_bucket{group="db",le="0.025"} 0
ssmcache_fetch_duration_seconds_bucket{group="db",le="0.05"} 0
ssmcache_fetch_duration_seconds_bucket{group="db",le="0.1"} 0
ssmcache_fetch_duration_seconds_bucket{group="db",le="0.25"} 2
ssmcache_fetch_duration_seconds_bucket{group="db",le="0.5"} 2
ssmcache_fetch_duration_seconds_bucket{group="db",le="1"} 2
ssmcache_fetch_duration_seconds_bucket{group="db",le="2.5"} 3
ssmcache_fetch_duration_seconds_bucket{group="db",le="5"} 3
ssmcache_fetch_duration_seconds_bucket{group="db",le="10"} 3
ssmcache_fetch_duration_seconds_bucket{group="db",le="30"} 3
ssmcache_fetch_duration_seconds_bucket{group="db",le="60"} 3
ssmcache_fetch_duration_seconds_bucket{group="db",le="+Inf"} 3
ssmcache_fetch_duration_seconds_sum{group="db"} 2.5
ssmcache_fetch_duration_seconds_count{group="db"} 3
# HELP ssmcache_fetch_failures_total Fetches that made the group back off.
# TYPE ssmcache_fetch_failures_total counter
ssmcache_fetch_failures_total{group="db"} 1
ssmcache_fetch_failures_total{group="idle"} 0
# HELP ssmcache_fetches_total Fetches that have ended.
# TYPE ssmcache_fetches_total counter
ssmcache_fetches_total{group="db"} 3
ssmcache_fetches_total{group="idle"} 0
# HELP ssmcache_group_state 1 for the state that the group is in, 0 for the others.
# TYPE ssmcache_group_state gauge
ssmcache_group_state{group="db",state="cold"} 0
ssmcache_group_state{group="db",state="failing"} 1
ssmcache_group_state{group="db",state="fresh"} 0
ssmcache_group_state{group="db",state="stale"} 0
ssmcache_group_state{group="idle",state="cold"} 1
ssmcache_group_state{group="idle",state="failing"} 0
ssmcache_group_state{group="idle",state="fresh"} 0
ssmcache_group_state{group="idle",state="stale"} 0
# HELP ssmcache_oldest_fetch_timestamp_seconds Start of the oldest fetch that the group's age counts from, in seconds since 1970.
# TYPE ssmcache_oldest_fetch_timestamp_seconds gauge
ssmcache_oldest_fetch_timestamp_seconds{group="db"} 9.466848602e+08
# HELP ssmcache_parameters Parameters asked for by name or listed.
# TYPE ssmcache_parameters gauge
ssmcache_parameters{group="db"} 4
ssmcache_parameters{group="idle"} 0
# HELP ssmcache_paths Paths listed.
# TYPE ssmcache_paths gauge
ssmcache_paths{group="db"} 1
ssmcache_paths{group="idle"} 0
# HELP ssmcache_value_changes_total Values that replaced another value.
# TYPE ssmcache_value_changes_total counter
ssmcache_value_changes_total{group="db"} 2
ssmcache_value_changes_total{group="idle"} 0
# HELP ssmcache_values Parameters with a value that may be served.
# TYPE ssmcache_values gauge
ssmcache_values{group="db"} 3
ssmcache_values{group="idle"} 0
`

// run has the group db fetch, refresh with two values changed, and fail, and leaves
// the group idle cold.
func run(l *lab) {
	db := l.group(registry.GroupConfig{Name: "db", MaxAge: time.Hour, Mode: registry.RefreshOnRead})
	l.group(registry.GroupConfig{Name: "idle"})
	l.store.Put("/app/host", "canary-1")
	l.store.PutSecure("/app/list/password", "canary-2")
	l.store.PutSecret("key", "canary-3")
	l.parameter(db, "/app/host")
	l.parameter(db, "/app/missing")
	if _, err := db.Secret("key"); err != nil {
		l.Fatal(err)
	}
	l.store.SetLatency(200 * time.Millisecond)
	if _, err := db.Parameters(l.Context(), "/app/list", registry.PathOptions{}); err != nil {
		l.Fatal(err)
	}
	l.store.Put("/app/host", "canary-4")
	l.store.PutSecret("key", "canary-5")
	time.Sleep(time.Minute)
	if err := db.Refresh(l.Context()); err == nil {
		l.Fatal("/app/missing was refreshed")
	}
	l.store.SetLatency(2100 * time.Millisecond)
	l.store.Fault(ssmtest.Fault{Code: "ThrottlingException", Operation: ssmtest.GetParameters})
	if err := db.Refresh(l.Context()); err == nil {
		l.Fatal("a throttled refresh succeeded")
	}
	synctest.Wait()
}

func TestAScrapeGivesExactlyWhatTheGroupsDid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		run(l)
		if err := testutil.CollectAndCompare(l.Collector, strings.NewReader(exposition)); err != nil {
			t.Error(err)
		}
	})
}

func TestMetricNamesKeepTheConventions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		run(l)
		problems, err := testutil.CollectAndLint(l.Collector)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
		if n := testutil.CollectAndCount(l.Collector); n != 2*(9+4)+1+1 {
			t.Errorf("%d metrics were checked", n)
		}
	})
}

func TestNoValueOrNameIsInTheMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		run(l)
		into := prometheus.NewPedanticRegistry()
		into.MustRegister(l.Collector)
		families, err := into.Gather()
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint(families)
		if !strings.Contains(text, `value:"db"`) {
			t.Errorf("the group is missing: %s", text)
		}
		for _, word := range []string{"canary", "/app", "missing", "key"} {
			if strings.Contains(text, word) {
				t.Errorf("%q is in the metrics: %s", word, text)
			}
		}
	})
}

func TestAClosedGroupsSeriesEndAndStartAgainAtZero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		l.store.Put("/p", "v")
		cfg := registry.GroupConfig{Name: "g"}
		for range 2 {
			g := l.group(cfg)
			h := l.parameter(g, "/p")
			l.get(h)
			synctest.Wait()
			const want = `
# HELP ssmcache_fetches_total Fetches that have ended.
# TYPE ssmcache_fetches_total counter
ssmcache_fetches_total{group="g"} 1
`
			if err := testutil.CollectAndCompare(l.Collector, strings.NewReader(want), "ssmcache_fetches_total"); err != nil {
				t.Error(err)
			}
			if n := testutil.CollectAndCount(l.Collector, "ssmcache_fetch_duration_seconds"); n != 1 {
				t.Errorf("%d histograms of one open group", n)
			}
			if err := g.Close(); err != nil {
				t.Fatal(err)
			}
			if n := testutil.CollectAndCount(l.Collector); n != 0 {
				t.Errorf("%d metrics of a closed group", n)
			}
		}
	})
}

func TestAGroupThatHasFetchedNothingHasNoTimestamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		l.group(registry.GroupConfig{Name: "g"})
		if n := testutil.CollectAndCount(l.Collector, "ssmcache_oldest_fetch_timestamp_seconds"); n != 0 {
			t.Errorf("%d timestamps", n)
		}
		if n := testutil.CollectAndCount(l.Collector, "ssmcache_parameters"); n != 1 {
			t.Errorf("%d groups", n)
		}
	})
}

func TestACollectorWithoutARegistryIsEmptyAndRegisters(t *testing.T) {
	c := prom.NewCollector()
	into := prometheus.NewPedanticRegistry()
	if err := into.Register(c); err != nil {
		t.Fatal(err)
	}
	families, err := into.Gather()
	if err != nil || len(families) != 0 {
		t.Errorf("%v, %v", families, err)
	}
	if err := into.Register(prom.NewCollector()); !errors.As(err, &prometheus.AlreadyRegisteredError{}) {
		t.Errorf("a second collector without labels of its own: %v", err)
	}
}

func TestRegistriesWithTheSameGroupNamesGoIntoOneRegistererWithLabels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		into := prometheus.NewPedanticRegistry()
		for _, region := range []string{"eu", "us"} {
			l := open(t)
			l.store.Put("/p", "v")
			l.get(l.parameter(l.group(registry.GroupConfig{Name: "db"}), "/p"))
			prometheus.WrapRegistererWith(prometheus.Labels{"region": region}, into).MustRegister(l.Collector)
		}
		synctest.Wait()
		const want = `
# HELP ssmcache_api_calls_total Calls of the Parameter Store API.
# TYPE ssmcache_api_calls_total counter
ssmcache_api_calls_total{group="db",region="eu"} 1
ssmcache_api_calls_total{group="db",region="us"} 1
`
		if err := testutil.GatherAndCompare(into, strings.NewReader(want), "ssmcache_api_calls_total"); err != nil {
			t.Error(err)
		}
	})
}

func TestAGroupNameThatIsNotUTF8DoesNotFailTheScrape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		l.store.Put("/p", "v")
		l.get(l.parameter(l.group(registry.GroupConfig{Name: "caf\xe9"}), "/p"))
		synctest.Wait()
		const want = `
# HELP ssmcache_fetches_total Fetches that have ended.
# TYPE ssmcache_fetches_total counter
ssmcache_fetches_total{group="caf` + "\uFFFD" + `"} 1
`
		if err := testutil.CollectAndCompare(l.Collector, strings.NewReader(want), "ssmcache_fetches_total"); err != nil {
			t.Error(err)
		}
		if n := testutil.CollectAndCount(l.Collector, "ssmcache_fetch_duration_seconds"); n != 1 {
			t.Errorf("%d histograms", n)
		}
	})
}

// A scrape while groups are made, fetched and closed is for the race detector.
func TestScrapesRunBesideEverythingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		l.store.Put("/p", "v")
		ctx, cancel := context.WithCancel(t.Context())
		var scrapers sync.WaitGroup
		for range 2 {
			scrapers.Go(func() {
				for ctx.Err() == nil {
					if problems, err := testutil.CollectAndLint(l.Collector); err != nil || len(problems) > 0 {
						t.Error(problems, err)
					}
					time.Sleep(time.Millisecond)
				}
			})
		}
		for range 20 {
			g := l.group(registry.GroupConfig{Name: "g"})
			l.get(l.parameter(g, "/p"))
			time.Sleep(time.Millisecond)
			if err := g.Close(); err != nil {
				t.Error(err)
			}
		}
		cancel()
		scrapers.Wait()
	})
}
