package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

// maxAge is longer than a run: what is refreshed is refreshed because a login
// was refused.
const maxAge = time.Hour

// look is the time between two looks whether everybody has recovered.
const look = 10 * time.Millisecond

// options are what the command line says.
type options struct {
	duration, every, lag time.Duration
	workers              int
}

func parse() (options, error) {
	var o options
	flag.DurationVar(&o.duration, "duration", time.Minute, "how long the workers query")
	flag.DurationVar(&o.every, "every", 4*time.Second, "time between two rotations; at least 2s")
	flag.DurationVar(&o.lag, "lag", 500*time.Millisecond, "how late the store learns of a new password")
	flag.IntVar(&o.workers, "workers", 32, "number of workers, and of connections")
	flag.Parse()
	switch {
	case flag.NArg() > 0:
		return o, fmt.Errorf("unexpected arguments: %q", flag.Args())
	case o.every < 2*time.Second || o.lag < 0 || o.lag > o.every/2:
		return o, fmt.Errorf("-every %v, -lag %v: at least 2s, and at most half of that", o.every, o.lag)
	case o.rotations() < fewestRotations:
		return o, fmt.Errorf("-duration %v, -every %v: fewer than %d rotations, each with -every after it", o.duration, o.every, fewestRotations)
	case o.workers < 1 || o.workers > 64:
		return o, fmt.Errorf("-workers %d: 1 to 64", o.workers)
	}
	return o, nil
}

// rotations returns how many rotations that makes. On a machine that does not
// keep up, they take longer than duration.
func (o options) rotations() int { return int(o.duration/o.every) - 1 }

func main() {
	o, err := parse()
	if err != nil {
		fmt.Fprintln(os.Stderr, "dbrotation:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "dbrotation:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	store := ssmtest.New(ssmtest.Config{})
	admin, err := pgx.Connect(ctx, "")
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close(context.WithoutCancel(ctx)) }()
	rotator, err := NewRotator(ctx, admin, store, o.lag)
	if err != nil {
		return err
	}

	reg, err := registry.Open(ctx, registry.Config{Client: store.Client()})
	if err != nil {
		return err
	}
	defer func() { _ = reg.Close() }()
	group, err := reg.Group(registry.GroupConfig{Name: "database", MaxAge: maxAge})
	if err != nil {
		return err
	}
	credentials, err := NewCredentials(group, userName, passwordName)
	if err != nil {
		return err
	}
	journal := NewJournal()
	database, err := OpenDatabase(ctx, o.workers, credentials, journal)
	if err != nil {
		return err
	}
	defer database.Close()

	fmt.Printf("%d workers query for %v; user name and password change every %v, in the store %v later.\n\n", o.workers, o.duration, o.every, o.lag)
	if err := rotateUnderLoad(ctx, o, rotator, Workload{database, journal, o.workers}); err != nil {
		return err
	}
	report := NewReport(journal, store)
	report.Write(os.Stdout)
	return report.Err()
}

// rotateUnderLoad has the workers query until all rotations are over, or one has
// failed.
func rotateUnderLoad(ctx context.Context, o options, r *Rotator, w Workload) error {
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	rotated := make(chan error, 1)
	go func() {
		defer cancel()
		rotated <- rotate(ctx, o, r, w.journal)
	}()
	w.Run(ctx, stop)
	return <-rotated
}

// rotate makes the rotations, with the same time before the first and after the
// last as between two. It begins none while somebody still waits because of the
// last: a query that one rotation cuts is tried once more, not a third time
// after the next.
func rotate(ctx context.Context, o options, r *Rotator, j *Journal) error {
	tick := time.NewTicker(o.every)
	defer tick.Stop()
	for range o.rotations() {
		await(ctx, tick.C)
		for !j.Settled() && ctx.Err() == nil {
			await(ctx, time.After(look))
		}
		one := j.Rotating()
		terminated, err := r.Rotate(ctx)
		if err != nil {
			return fmt.Errorf("rotation: %w", err)
		}
		j.Terminated(one, terminated)
	}
	await(ctx, tick.C)
	return ctx.Err() // an interrupted run shows nothing
}

// await waits for a tick, or for the end of ctx.
func await(ctx context.Context, tick <-chan time.Time) {
	select {
	case <-tick:
	case <-ctx.Done():
	}
}
