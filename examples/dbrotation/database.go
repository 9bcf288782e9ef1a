package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// SQLSTATE codes, from the appendix "PostgreSQL Error Codes".
const (
	invalidPassword = "28P01"
	adminShutdown   = "57P01" // what a terminated connection says last
)

// Database is a pool whose connections log in with credentials that may change
// at any time.
type Database struct {
	pool        *pgxpool.Pool // constant
	credentials Credentials   // constant
	journal     *Journal      // constant
}

// OpenDatabase returns a pool of at most size connections to the server that the
// environment names (PGHOST, PGPORT, PGDATABASE). It does not connect yet.
func OpenDatabase(ctx context.Context, size int, c Credentials, j *Journal) (*Database, error) {
	cfg, err := pgxpool.ParseConfig("")
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = int32(size)
	cfg.BeforeConnect = func(ctx context.Context, conn *pgx.ConnConfig) (err error) {
		conn.User, conn.Password, err = c.Read(ctx)
		return err
	}
	cfg.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		conn.PgConn().CustomData()[madeAt] = time.Now()
		return nil
	}
	cfg.PrepareConn = func(ctx context.Context, conn *pgx.Conn) (bool, error) {
		cut, again := ctx.Value(cutKey{}).(time.Time)
		made, _ := conn.PgConn().CustomData()[madeAt].(time.Time)
		return !again || made.After(cut), nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	return &Database{pool, c, j}, err
}

const madeAt = "made at" // key of a connection's custom data

// cutKey is the context's key for when a query was cut: its second try takes a
// connection made since.
type cutKey struct{}

// Close closes the pool. It waits for connections in use.
func (d *Database) Close() { d.pool.Close() }

// Query runs a query that may run twice. If its connection ends under it, it is
// run once more.
func (d *Database) Query(ctx context.Context, query func(context.Context, *pgxpool.Conn) error) error {
	err := d.try(ctx, query)
	if !wasCut(err) {
		return err
	}
	d.journal.Retried()
	if again := d.try(context.WithValue(ctx, cutKey{}, time.Now()), query); again != nil {
		return errors.Join(again, err)
	}
	return nil
}

func (d *Database) try(ctx context.Context, query func(context.Context, *pgxpool.Conn) error) error {
	conn, err := d.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	err = query(ctx, conn)
	if err != nil && conn.Conn().IsClosed() && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", errCut, err)
	}
	return err
}

// acquire returns a connection. If it has to be made, and the login is refused,
// it waits for another password.
func (d *Database) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	var since *Refusal
	conn, err := Connect(ctx, d.credentials, func(err error) (string, bool) {
		password, ok := refusedPassword(err)
		if ok {
			since = d.journal.Refused(since)
		}
		return password, ok
	}, d.pool.Acquire)
	if since != nil {
		d.journal.Waited(since, err)
	}
	return conn, err
}

// refusedPassword returns the password that the server has refused, if that is
// what err says.
func refusedPassword(err error) (string, bool) {
	var login *pgconn.ConnectError
	var reason *pgconn.PgError
	if errors.As(err, &login) && errors.As(err, &reason) && reason.Code == invalidPassword {
		return login.Config.Password, true
	}
	return "", false
}

var errCut = errors.New("the connection ended under the query")

// wasCut reports whether err says that a connection was ended by the server, in
// a query or at the end of a login.
func wasCut(err error) bool {
	var reason *pgconn.PgError
	return errors.Is(err, errCut) || errors.As(err, &reason) && reason.Code == adminShutdown
}
