package prom_test

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	"github.com/ssmcache/ssmcache/registry/prom"
)

// must keeps the samples short. A program returns its errors.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func ExampleCollector() {
	ctx := context.Background()
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/db/host", "db.internal")

	metrics := prom.NewCollector()
	reg := must(registry.Open(ctx, registry.Config{Client: store.Client(), Observer: metrics.Observer()}))
	defer reg.Close()
	metrics.Attach(reg)
	scraped := prometheus.NewRegistry() // or prometheus.DefaultRegisterer
	scraped.MustRegister(metrics)

	group := must(reg.Group(registry.GroupConfig{Name: "db", MaxAge: 5 * time.Minute}))
	host := must(group.Parameter("/app/db/host"))
	must(host.Get(ctx))

	for _, family := range must(scraped.Gather()) {
		if family.GetName() == "ssmcache_api_calls_total" {
			fmt.Println(family.GetName(), family.GetMetric()[0].GetCounter().GetValue())
		}
	}
	// Output: ssmcache_api_calls_total 1
}

func ExampleCollector_Observer() {
	ctx := context.Background()
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/db/host", "db.internal")

	metrics := prom.NewCollector()
	reg := must(registry.Open(ctx, registry.Config{
		Client: store.Client(),
		Observer: registry.Observers(metrics.Observer(), &registry.Observer{
			GroupOpened: func(e registry.GroupOpened) { fmt.Println("opened", e.Group) },
		}),
	}))
	metrics.Attach(reg)
	must(reg.Group(registry.GroupConfig{Name: "db"}))
	_ = reg.Close()
	// Output: opened db
}

// Several registries take a Collector each, told apart by a label.
func ExampleCollector_Attach() {
	ctx := context.Background()
	scraped := prometheus.NewRegistry()
	for _, region := range []string{"eu-central-1", "us-east-1"} {
		store := ssmtest.New(ssmtest.Config{Region: region})
		metrics := prom.NewCollector()
		reg := must(registry.Open(ctx, registry.Config{Client: store.Client(), Observer: metrics.Observer()}))
		defer reg.Close()
		metrics.Attach(reg)
		prometheus.WrapRegistererWith(prometheus.Labels{"region": region}, scraped).MustRegister(metrics)
		must(reg.Group(registry.GroupConfig{Name: "db"}))
	}
	for _, family := range must(scraped.Gather()) {
		if family.GetName() == "ssmcache_fetches_total" {
			fmt.Println(len(family.GetMetric()), "groups")
		}
	}
	// Output: 2 groups
}
