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

// Rotator changes a user name and its password. Two users of the database take
// turns; the one whose turn is over has no password, so that a login with half of
// an earlier pair is refused too.
type Rotator struct {
	admin *pgx.Conn      // a superuser's
	store *ssmtest.Store // constant
	lag   time.Duration  // constant; how late the store learns
	turn  int            // an index of users
}

var users = [...]string{"shop_a", "shop_b"}

// NewRotator creates both users, and tells the store of the first. The admin's
// connection is the rotator's from then on.
func NewRotator(ctx context.Context, admin *pgx.Conn, store *ssmtest.Store, lag time.Duration) (*Rotator, error) {
	r := &Rotator{admin: admin, store: store, lag: lag}
	password := rand.Text()
	// Neither names nor passwords have a character that SQL would have to escape.
	sql := fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'; CREATE ROLE %s LOGIN", users[0], password, users[1])
	if err := r.exec(ctx, sql); err != nil {
		return nil, err
	}
	r.tell(password)
	return r, nil
}

// Rotate changes user name and password, terminates every connection, and tells
// the store when it is time. It returns how many connections it terminated.
func (r *Rotator) Rotate(ctx context.Context) (terminated int, err error) {
	before, password := users[r.turn], rand.Text()
	r.turn = (r.turn + 1) % len(users)
	// Several statements in one message are one transaction.
	sql := fmt.Sprintf("ALTER ROLE %s PASSWORD NULL; ALTER ROLE %s PASSWORD '%s'", before, users[r.turn], password)
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
	r.store.Put(userName, users[r.turn])
	r.store.PutSecure(passwordName, password)
}

// exec runs statements without parameters. Its error does not quote them.
func (r *Rotator) exec(ctx context.Context, sql string) error {
	_, err := r.admin.PgConn().Exec(ctx, sql).ReadAll()
	return err
}
