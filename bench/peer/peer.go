package peer

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ssmcache/ssmcache/bench/store"
)

// Peer is a library, or one way to use it.
type Peer struct {
	Name  string
	Kind  Kind
	Page  string // where its documentation recommends what Open does; "" for floors
	Notes string // what a reader of a table must know about this peer; "" if nothing

	// ChecksAge says that each read compares the value's age with a limit.
	ChecksAge bool
	// Most is the largest number of names that this peer is asked to load in
	// an ordinary run, because it needs a call for each; 0: any number.
	Most int
	// Goroutines says that each name has a goroutine.
	Goroutines bool
	// KeepsARN says that an entry holds the parameter's ARN.
	KeepsARN bool
	// ReadsOnly says that this peer takes part in the work "read" alone: it
	// holds one value, or differs from another peer in nothing but its reads.
	ReadsOnly bool
	// Idles says that a peer which ReadsOnly takes part in the work "idle" too.
	Idles bool

	// Open makes a cold cache. It waits for no API call.
	Open func(Setup) (*Cache, error)
	// OpenGroups makes so many cold caches of the same names; nil: each is
	// opened on its own. It waits for no API call.
	OpenGroups func(s Setup, groups int) ([]*Cache, error)
}

// Groups opens so many cold caches of the same names.
func (p Peer) Groups(s Setup, groups int) ([]*Cache, error) {
	if p.OpenGroups != nil {
		return p.OpenGroups(s, groups)
	}
	caches := make([]*Cache, groups)
	for i := range caches {
		c, err := p.Open(s)
		if err != nil {
			return nil, err
		}
		caches[i] = c
	}
	return caches, nil
}

// Kind says what a peer stands for.
type Kind int

// The kinds of peer.
const (
	Library Kind = iota // what a user might pick instead
	Option              // a library with an option that its documentation offers and does not recommend
	Floor               // what no cache can be faster than
	Ours
)

// Setup is what a peer is opened with.
type Setup struct {
	Names []string // what will be read; not modified
	Store *store.Store
	// Every is the age at which a value shall be read again; 0: never within
	// this measurement (an hour).
	Every time.Duration
	// Cold says that no Warm will follow: the first reads load the values.
	Cold bool
}

// every returns the age at which a value is read again.
func (s Setup) every() time.Duration {
	if s.Every == 0 {
		return time.Hour
	}
	return s.Every
}

// Cache is an open peer. A nil function is work that the peer cannot do.
type Cache struct {
	// One reads the first name n times.
	One func(n int)
	// Each reads n names, one after the other, beginning with the from-th and
	// starting again after the last.
	Each func(from, n int)
	// Read reads the i-th name, and loads it if it is cold.
	Read func(ctx context.Context, i int) (string, error)
	// Warm loads all names.
	Warm func(ctx context.Context) error
	// Refresh reads all names again, due or not.
	Refresh func(ctx context.Context) error
	// Forget drops the slices that the loops range over, which are the
	// caller's and not the library's. Nothing can be read afterwards.
	Forget func()
	// Close ends all that runs.
	Close func()
}

// Sink keeps what the loops computed, so that no compiler can drop a read.
// Added to by each loop when it ends, loaded by nobody.
var Sink atomic.Int64

// Named returns the peer with that name.
func Named(name string) (Peer, error) {
	for _, p := range All() {
		if p.Name == name {
			return p, nil
		}
	}
	return Peer{}, fmt.Errorf("no peer is named %q", name)
}

// All returns every peer that works on this machine, ours first.
func All() []Peer {
	return append(append(ours(), libraries()...), floors()...)
}

func libraries() []Peer {
	return []Peer{
		otterPeer(), otterCoarse(), sturdycPeer(), ristrettoPeer(), expiringMap(),
		setecPeer(), runtimevarPeer(), credentialsPeer(),
	}
}
