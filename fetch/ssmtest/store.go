package ssmtest

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/benbjohnson/clock"
)

// Config says what a [Store] pretends to be. The zero value is a store in
// us-east-1 of account 123456789012, on the real clock.
type Config struct {
	Clock     clock.Clock // nil: the real clock
	Region    string      // "": us-east-1
	Account   string      // "": 123456789012
	Partition string      // "": aws
}

// Store is the Parameter Store of one account in one Region. All its methods
// are safe for concurrent use, and none of them blocks.
type Store struct {
	clock   clock.Clock // constant
	home    home        // constant
	data    *data       // constant; has a lock of its own
	traffic *traffic    // constant; has a lock of its own
	client  *Client     // constant
}

// New returns an empty store.
func New(cfg Config) *Store {
	if cfg.Clock == nil {
		cfg.Clock = clock.New()
	}
	at := home{partition: cfg.Partition, region: cfg.Region, account: cfg.Account}
	at.complete()
	s := &Store{
		clock:   cfg.Clock,
		home:    at,
		data:    newData(at),
		traffic: newTraffic(cfg.Clock, at),
	}
	s.client = &Client{store: s}
	return s
}

// Client returns the store's memory face, the same one each time.
func (s *Store) Client() *Client { return s.client }

// String describes the store by where it is and how much it holds.
func (s *Store) String() string {
	if s == nil {
		return "ssmtest.Store(nil)"
	}
	parameters, secrets := s.data.size()
	return fmt.Sprintf("ssmtest.Store(%s %s, %d parameters, %d secrets)", s.home.region, s.home.account, parameters, secrets)
}

// GoString is String: a Go-syntax dump would show values.
func (s *Store) GoString() string { return s.String() }

// Format writes String for every verb.
func (s *Store) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue is String.
func (s *Store) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is String.
func (s *Store) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
