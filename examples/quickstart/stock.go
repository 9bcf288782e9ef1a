package main

import (
	"context"
	"fmt"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// What the store holds: 1,000 parameters, a fifth of them under one path.
const (
	endpoints = 796 // with the four below, 800 names: 80 batches of ten
	features  = 200 // 20 pages of ten

	motd     = "/shop/motd"
	hosts    = "/shop/hosts"
	release  = "/shop/release"
	payments = "shop/payments-key" // a secret
	feature  = "/shop/feature"     // a path
)

// mark is part of every value, so that a test can look for values where none
// should be.
const mark = "value-that-must-not-show"

// fill puts everything in the store.
func fill(store *ssmtest.Store) {
	for i := range endpoints {
		store.Put(endpoint(i), fmt.Sprintf("https://%d.%s.internal", i, mark))
	}
	for i := range features {
		store.Put(fmt.Sprintf("%s/%03d", feature, i), mark)
	}
	store.Put(motd, mark+" first")
	store.PutList(hosts, mark+"-a", mark+"-b", mark+"-c")
	for range 3 {
		store.PutSecure(release, mark)
	}
	store.PutSecret(payments, mark)
}

func endpoint(i int) string { return fmt.Sprintf("/shop/endpoint/%03d", i) }

// stock is the handles on what the store holds by name.
type stock struct {
	motd, release, payments *handle.Handle
	hosts                   *handle.Value[[]string]
	endpoints               []*handle.Handle
}

// newStock makes the handles, which calls nothing: a name is checked, not
// fetched.
func newStock(group *registry.Group) (s stock, err error) {
	if s.motd, err = group.Parameter(motd); err != nil {
		return s, err
	}
	list, err := group.Parameter(hosts)
	if err != nil {
		return s, err
	}
	s.hosts = handle.Strings(list)
	if s.release, err = group.Parameter(release + ":2"); err != nil {
		return s, err
	}
	if s.payments, err = group.Secret(payments); err != nil {
		return s, err
	}
	for i := range endpoints {
		h, err := group.Parameter(endpoint(i))
		if err != nil {
			return s, err
		}
		s.endpoints = append(s.endpoints, h)
	}
	return s, nil
}

// sample returns the ten reads of one round of the n-th reader: the four special
// ones and six endpoints of its own.
func (s *stock) sample(n int) []func(context.Context) error {
	text := func(h *handle.Handle) func(context.Context) error {
		return func(ctx context.Context) error { _, err := h.Get(ctx); return err }
	}
	reads := []func(context.Context) error{
		text(s.motd), text(s.release), text(s.payments),
		func(ctx context.Context) error { _, err := s.hosts.Get(ctx); return err },
	}
	for i := range 6 {
		reads = append(reads, text(s.endpoints[(6*n+i)%len(s.endpoints)]))
	}
	return reads
}
