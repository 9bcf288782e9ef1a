package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

const (
	maxAge  = 3 * time.Second       // short, so that the demonstration is; 5 minutes would be usual
	latency = 10 * time.Millisecond // of one call of the store
	rounds  = 250 * time.Millisecond
	quota   = 40 // calls a second that AWS allows an account by default
)

// demo is one run of the demonstration.
type demo struct {
	out     io.Writer
	store   *ssmtest.Store
	client  fetch.Client
	readers int

	group *registry.Group
	stock stock
	crowd readers
	fresh freshness

	failedCalls int // in the outage
}

func (d *demo) run(ctx context.Context) (err error) {
	fill(d.store)
	d.store.SetLatency(latency)
	reg, err := registry.Open(ctx, registry.Config{Client: d.client})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reg.Close()) }()
	if d.group, err = reg.Group(registry.GroupConfig{Name: "shop", MaxAge: maxAge}); err != nil {
		return err
	}
	if d.stock, err = newStock(d.group); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "A Parameter Store in this process, the real SDK client over HTTP, %v a call.\nOne group of 1,000 parameters with MaxAge %v.\n", latency, maxAge)

	d.crowd.every = rounds
	reading, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer func() { stop(); d.crowd.ended.Wait(); watching.Wait() }()

	d.coldStart(reading)
	watching.Go(func() { d.fresh.watch(reading, d.stock.motd) })
	for _, phase := range []func(context.Context) error{d.holdings, d.change, d.outage} {
		if err := phase(ctx); err != nil {
			return err
		}
	}
	stop()
	d.crowd.ended.Wait()
	d.sum()
	if n := d.crowd.failed.Load(); n > 0 {
		return fmt.Errorf("%d reads failed", n)
	}
	return nil
}

// coldStart lets all readers loose on a group that has fetched nothing.
func (d *demo) coldStart(ctx context.Context) {
	start := time.Now()
	d.crowd.start(ctx, d.readers, d.group, &d.stock)
	d.crowd.ready.Wait()
	took := time.Since(start)
	reads := d.readers * firstRound
	d.head("Cold start", "%s goroutines, each reading 10 names and a path, all at once", thousands(d.readers))
	d.say("%s API calls (%d batches of ten names, %d pages of the path); all had their values in %v", thousands(d.store.CallCount()), (endpoints+4)/10, features/10, short(took))
	d.say("a call a read would have made %s, which take %v at %d a second, the default quota", thousands(reads), time.Duration(reads/quota)*time.Second, quota)
}

// holdings says what the group holds, without a value.
func (d *demo) holdings(ctx context.Context) error {
	under, err := d.group.Parameters(ctx, feature, registry.PathOptions{})
	if err != nil {
		return err
	}
	list, err := d.stock.hosts.Get(ctx)
	if err != nil {
		return err
	}
	secret, err := d.stock.payments.Lookup(ctx)
	if err != nil {
		return err
	}
	pinned, err := d.stock.release.Lookup(ctx)
	if err != nil {
		return err
	}
	d.head("Held", "%s parameters, and no further call to list or read them", thousands(d.group.Len()))
	d.say("a path         %s: %d parameters", feature, len(under))
	d.say("a secret       %v", secret)
	d.say("a StringList   %s: %d items", hosts, len(list))
	d.say("a pinned one   %v; the store is at version 3", pinned)
	return nil
}

// change puts a new value in the store and waits for readers to have it.
func (d *demo) change(ctx context.Context) error {
	start := time.Now()
	version := d.store.Put(motd, mark+" second")
	if err := until(ctx, d.stock.motd, version); err != nil {
		return err
	}
	took := time.Since(start)
	d.fresh.look(d.stock.motd)
	d.head("Change", "%s changed at the store; readers had it %v later", motd, short(took))
	d.say("the refresh began when the values were %v old: ahead of MaxAge, so no read waited", short(d.fresh.last()))
	return nil
}

// outage fails every call until all values are past MaxAge, and then some.
func (d *demo) outage(ctx context.Context) error {
	reads, failed, calls := d.crowd.reads.Load(), d.crowd.failed.Load(), d.store.CallCount()
	repair := d.store.Fault(ssmtest.Fault{Code: "InternalServerError"})
	defer repair()
	lasting := maxAge + 3*time.Second/2
	if err := wait(ctx, lasting); err != nil {
		return err
	}
	p, ok := d.stock.motd.Peek()
	if !ok {
		return errors.New("the outage took the values away")
	}
	d.head("Outage", "every call failed for %v: %d calls, spaced out by the back-off", lasting, d.store.CallCount()-calls)
	d.say("%s reads meanwhile, %d failed; the values they got were up to %v old", thousands(int(d.crowd.reads.Load()-reads)), d.crowd.failed.Load()-failed, short(time.Since(p.FetchedAt())))
	if e := (*fetch.Error)(nil); errors.As(d.group.Err(), &e) {
		d.say("an operator sees it in Group.Err: %q and %d more", e.Name, d.group.Len()-1)
	}

	d.failedCalls = d.store.CallCount() - calls
	version := d.store.Put(motd, mark+" third")
	repair()
	start := time.Now()
	if err := until(ctx, d.stock.motd, version); err != nil {
		return err
	}
	d.fresh.look(d.stock.motd)
	d.say("%v after the repair readers had new values; Group.Err: %v", short(time.Since(start)), d.group.Err())
	return nil
}

// sum prints the totals.
func (d *demo) sum() {
	reads, calls := int(d.crowd.reads.Load()), d.store.CallCount()
	warm := &d.crowd.warm
	d.head("Reads", "%s, of which %d failed", thousands(reads), d.crowd.failed.Load())
	d.say("latency, clock included: median %v, 99 %% %v, 99.9 %% %v, slowest %v", short(warm.within(.5)), short(warm.within(.99)), short(warm.within(.999)), short(warm.slowest()))
	d.head("API calls", "%s: a cold start and %d refreshes of 100, and %d in the outage", thousands(calls), d.fresh.refreshes(), d.failedCalls)
	d.say("a call a read would have made %s", thousands(reads))
}

// until waits for a version of a parameter.
func until(ctx context.Context, h *handle.Handle, version int64) error {
	for p := range h.Changes(ctx) {
		if p.Version() == version {
			return nil
		}
	}
	return ctx.Err()
}

// wait passes time, unless ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
