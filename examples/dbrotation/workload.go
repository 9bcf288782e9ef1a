package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	think        = 10 * time.Millisecond // between two queries of a worker: the load of a service, not of a benchmark
	queryTimeout = 15 * time.Second      // for a query, with all its waiting
)

// Workload is a number of workers that query a database.
type Workload struct {
	database *Database
	journal  *Journal
	workers  int
}

// Run has the workers query until stop is done, and joins them. Queries end with
// ctx, not with stop: what is under way is brought to its end.
func (w Workload) Run(ctx, stop context.Context) {
	var all sync.WaitGroup
	for range w.workers {
		all.Go(func() { w.work(ctx, stop) })
	}
	all.Wait()
}

func (w Workload) work(ctx, stop context.Context) {
	for stop.Err() == nil && ctx.Err() == nil {
		begun := time.Now()
		err := w.query(ctx)
		w.journal.Queried(time.Since(begun), err)
		select {
		case <-time.After(think):
		case <-stop.Done():
		}
	}
}

// query takes a few milliseconds in the server, so that a rotation cuts some
// queries and finds other connections idle.
func (w Workload) query(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	return w.database.Query(ctx, func(ctx context.Context, conn *pgxpool.Conn) error {
		var sum int
		if err := conn.QueryRow(ctx, "SELECT 20 + 22 FROM pg_sleep(0.005)").Scan(&sum); err != nil {
			return err
		}
		if sum != 42 {
			return fmt.Errorf("the answer is %d, not 42", sum)
		}
		return nil
	})
}
