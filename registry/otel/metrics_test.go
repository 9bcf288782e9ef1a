package otel_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

// run has the group db fetch, refresh with two values changed, and fail, and
// leaves the group idle cold. The last fetch began 11 s before it returns.
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
	l.store.SetLatency(2 * time.Second)
	l.store.Fault(ssmtest.Fault{Code: "ThrottlingException", Operation: ssmtest.GetParameters})
	if err := db.Refresh(l.Context()); err == nil {
		l.Fatal("a throttled refresh succeeded")
	}
	time.Sleep(9 * time.Second)
	synctest.Wait()
}

func set(attributes ...attribute.KeyValue) attribute.Set { return attribute.NewSet(attributes...) }

func group(name string) attribute.KeyValue { return attribute.String("ssmcache.group.name", name) }

// points are an int64 point for each of the two groups.
func points(db, idle int64) []metricdata.DataPoint[int64] {
	return []metricdata.DataPoint[int64]{{Attributes: set(group("db")), Value: db}, {Attributes: set(group("idle")), Value: idle}}
}

func sum(monotonic bool, db, idle int64) metricdata.Sum[int64] {
	return metricdata.Sum[int64]{Temporality: metricdata.CumulativeTemporality, IsMonotonic: monotonic, DataPoints: points(db, idle)}
}

func status(of map[string]string) metricdata.Sum[int64] {
	s := metricdata.Sum[int64]{Temporality: metricdata.CumulativeTemporality}
	for name, state := range of {
		for _, each := range []string{"cold", "fresh", "stale", "failing"} {
			is := int64(0)
			if each == state {
				is = 1
			}
			s.DataPoints = append(s.DataPoints, metricdata.DataPoint[int64]{Attributes: set(group(name), attribute.String("ssmcache.group.state", each)), Value: is})
		}
	}
	return s
}

// histogram is of durations in seconds that fall into the bucket with the given
// index.
func histogram(bucket int, seconds []float64, attributes ...attribute.KeyValue) metricdata.HistogramDataPoint[float64] {
	h := metricdata.HistogramDataPoint[float64]{
		Attributes: set(attributes...), Count: uint64(len(seconds)),
		Bounds:       []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		BucketCounts: make([]uint64, 13),
		Min:          metricdata.NewExtrema(slices.Min(seconds)), Max: metricdata.NewExtrema(slices.Max(seconds)),
	}
	h.BucketCounts[bucket] = h.Count
	for _, s := range seconds {
		h.Sum += s
	}
	return h
}

func TestACollectionGivesExactlyWhatTheGroupsDid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newBackend(), nil)
		run(l)
		throttled := attribute.String("error.type", "ThrottlingException")
		want := map[string]metricdata.Metrics{
			"ssmcache.api.calls":        {Unit: "{call}", Data: sum(true, 6, 0)},
			"ssmcache.api.throttles":    {Unit: "{throttle}", Data: sum(true, 1, 0)},
			"ssmcache.api.abandonments": {Unit: "{call}", Data: sum(true, 0, 0)},
			"ssmcache.value.changes":    {Unit: "{change}", Data: sum(true, 2, 0)},
			"ssmcache.value.count":      {Unit: "{value}", Data: sum(false, 3, 0)},
			"ssmcache.parameter.count":  {Unit: "{parameter}", Data: sum(false, 4, 0)},
			"ssmcache.path.count":       {Unit: "{path}", Data: sum(false, 1, 0)},
			"ssmcache.group.status":     {Unit: "{group}", Data: status(map[string]string{"db": "failing", "idle": "cold"})},
			"ssmcache.value.age": {Unit: "s", Data: metricdata.Gauge[float64]{DataPoints: []metricdata.DataPoint[float64]{
				{Attributes: set(group("db")), Value: 11.2}, // the failed refresh was not published
			}}},
			"ssmcache.fetch.duration": {Unit: "s", Data: metricdata.Histogram[float64]{
				Temporality: metricdata.CumulativeTemporality,
				DataPoints: []metricdata.HistogramDataPoint[float64]{
					histogram(4, []float64{.2, .2}, group("db")),
					histogram(7, []float64{2}, group("db"), throttled),
				},
			}},
		}
		got := l.collected(t)
		for name, m := range got {
			if m.Description == "" {
				t.Errorf("%s has no description", name)
			}
			w, ok := want[name]
			if !ok {
				t.Errorf("unexpected metric %s", name)
				continue
			}
			w.Name, w.Description = name, m.Description
			metricdatatest.AssertEqual(t, w, m, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
		}
		if len(got) != len(want) {
			t.Errorf("%d metrics, want %d", len(got), len(want))
		}
	})
}

func TestNoValueIsInMetricsOrSpans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newBackend(), nil)
		run(l)
		l.store.Fault(ssmtest.Fault{Panic: "canary-6"})
		_ = l.Refresh(t.Context())
		if err := l.Registry.Close(); err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%+v %+v %+v %#v", l.collected(t), l.spans.GetSpans(), l.Telemetry, l.Telemetry)
		for _, word := range []string{"db", "ThrottlingException"} {
			if !strings.Contains(text, word) {
				t.Errorf("%q is missing: %s", word, text)
			}
		}
		if strings.Contains(text, "canary") {
			t.Errorf("a value: %s", text)
		}
	})
}

func TestAClosedGroupsStatisticsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newBackend(), nil)
		l.store.Put("/a", "1")
		g := l.group(registry.GroupConfig{Name: "g"})
		l.get(t.Context(), l.parameter(g, "/a"))
		if got := l.collected(t)["ssmcache.api.calls"].Data.(metricdata.Sum[int64]); len(got.DataPoints) != 1 || got.DataPoints[0].Value != 1 {
			t.Errorf("an open group: %v", got)
		}
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
		got := l.collected(t)
		if _, has := got["ssmcache.api.calls"]; has || len(got) != 1 {
			t.Errorf("a closed group: %v", got)
		}
	})
}

func TestCloseEndsTheMetricsOfTheStatistics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newBackend(), nil)
		l.group(registry.GroupConfig{Name: "g"})
		if n := len(l.collected(t)); n != 8 { // no age, no fetch
			t.Errorf("%d metrics before Close", n)
		}
		if err := l.Telemetry.Close(); err != nil {
			t.Fatal(err)
		}
		if n := len(l.collected(t)); n != 0 {
			t.Errorf("%d metrics after Close", n)
		}
	})
}

func TestRegistriesWithTheSameGroupNamesAreToldApartByAttributes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBackend()
		region := attribute.Key("cloud.region")
		for _, name := range []string{"eu", "us"} {
			l := open(t, b, nil, region.String(name))
			l.store.Put("/a", "1")
			l.get(t.Context(), l.parameter(l.group(registry.GroupConfig{Name: "db"}), "/a"))
		}
		synctest.Wait()
		got := b.collected(t)
		metricdatatest.AssertEqual(t, metricdata.Sum[int64]{
			Temporality: metricdata.CumulativeTemporality, IsMonotonic: true,
			DataPoints: []metricdata.DataPoint[int64]{
				{Attributes: set(group("db"), region.String("eu")), Value: 1},
				{Attributes: set(group("db"), region.String("us")), Value: 1},
			},
		}, got["ssmcache.api.calls"].Data.(metricdata.Sum[int64]), metricdatatest.IgnoreTimestamp())
		if n := len(got["ssmcache.fetch.duration"].Data.(metricdata.Histogram[float64]).DataPoints); n != 2 {
			t.Errorf("%d histograms", n)
		}
	})
}
