package main

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// refuseWith answers one login with an error of the given code.
func refuseWith(code string) pgconn.DialFunc {
	return func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer func() { _ = server.Close() }()
			backend := pgproto3.NewBackend(server, server)
			if _, err := backend.ReceiveStartupMessage(); err != nil {
				return
			}
			backend.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: code, Message: "no"})
			_ = backend.Flush()
		}()
		return client, nil
	}
}

func loginError(t *testing.T, code string) error {
	t.Helper()
	cfg, err := pgconn.ParseConfig("host=127.0.0.1 user=u1 password=p1 sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	cfg.DialFunc = refuseWith(code)
	_, err = pgconn.ConnectConfig(t.Context(), cfg)
	if err == nil {
		t.Fatal("the login was not refused")
	}
	return err
}

func TestARefusedLoginSaysWhichPasswordWasRefused(t *testing.T) {
	if password, ok := refusedPassword(loginError(t, invalidPassword)); password != "p1" || !ok {
		t.Errorf("got %q, %v", password, ok)
	}
}

func TestOtherFailuresAreNoRefusals(t *testing.T) {
	tests := map[string]error{
		"no error":             nil,
		"too many connections": loginError(t, "53300"),
		"a query's":            &pgconn.PgError{Code: invalidPassword},
		"any":                  errors.New("any"),
	}
	for name, err := range tests {
		t.Run(name, func(t *testing.T) {
			if _, ok := refusedPassword(err); ok {
				t.Errorf("%v is taken for a refused password", err)
			}
		})
	}
}

func TestWhichQueriesWereCut(t *testing.T) {
	tests := map[string]struct {
		err error
		cut bool
	}{
		"no error":                   {nil, false},
		"terminated in a query":      {&pgconn.PgError{Code: adminShutdown}, true},
		"terminated in a login":      {loginError(t, adminShutdown), true},
		"the connection is gone":     {errors.Join(errCut, net.ErrClosed), true},
		"a refused password":         {loginError(t, invalidPassword), false},
		"an error of the query's":    {&pgconn.PgError{Code: "42601"}, false},
		"the caller's context ended": {context.DeadlineExceeded, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := wasCut(tt.err); got != tt.cut {
				t.Errorf("wasCut(%v) = %v", tt.err, got)
			}
		})
	}
}
