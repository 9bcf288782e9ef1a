package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// Names of the two parameters.
const (
	userName     = "/shop/database/user"
	passwordName = "/shop/database/password"
)

// Rotator gives a database user another name and another password, so that a
// login with half of an old pair is refused too.
type Rotator struct {
	admin *pgx.Conn      // a superuser's
	store *ssmtest.Store // constant
	lag   time.Duration  // constant; how late the store learns
	turn  int            // of the user's present name
}

// NewRotator creates the user, in the database and in the store. The admin's
// connection is the rotator's from then on.
func NewRotator(ctx context.Context, admin *pgx.Conn, store *ssmtest.Store, lag time.Duration) (*Rotator, error) {
	r := &Rotator{admin: admin, store: store, lag: lag}
	password := rand.Text()
	// Neither name nor password has a character that SQL would have to escape.
	sql := fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", r.user(), password)
	if err := r.exec(ctx, sql); err != nil {
		return nil, err
	}
	r.tell(password)
	return r, nil
}

func (r *Rotator) user() string { return fmt.Sprintf("shop_%d", r.turn) }

// Rotate changes user name and password, terminates every connection, and tells
// the store when it is time. It returns how many connections it terminated.
func (r *Rotator) Rotate(ctx context.Context) (terminated int, err error) {
	before, password := r.user(), rand.Text()
	r.turn++
	// Several statements in one message are one transaction.
	sql := fmt.Sprintf("ALTER ROLE %s RENAME TO %s; ALTER ROLE %[2]s PASSWORD '%[3]s'", before, r.user(), password)
	if err := r.exec(ctx, sql); err != nil {
		return 0, err
	}
	err = r.admin.QueryRow(ctx, `SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`).Scan(&terminated)
	if err != nil {
		return 0, err
	}
	select {
	case <-time.After(r.lag):
	case <-ctx.Done():
		return terminated, ctx.Err()
	}
	r.tell(password)
	return terminated, nil
}

// tell writes the password last: it is what a refused login rejects.
func (r *Rotator) tell(password string) {
	r.store.Put(userName, r.user())
	r.store.PutSecure(passwordName, password)
}

// exec runs statements without parameters. Its error does not quote them.
func (r *Rotator) exec(ctx context.Context, sql string) error {
	_, err := r.admin.PgConn().Exec(ctx, sql).ReadAll()
	return err
}
