package registry

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/ssmcache/ssmcache/actor"
	"github.com/ssmcache/ssmcache/fetch"
)

// RefreshMode says who refreshes a group.
type RefreshMode int

const (
	// RefreshAuto is RefreshOnRead under AWS Lambda, where the environment sets
	// AWS_LAMBDA_FUNCTION_NAME, and RefreshAhead elsewhere.
	RefreshAuto RefreshMode = iota
	// RefreshAhead refreshes in the background, ahead of MaxAge.
	RefreshAhead
	// RefreshOnRead refreshes when a read finds the group expired. Nothing runs
	// in the background.
	RefreshOnRead
)

// String returns the constant's name.
func (m RefreshMode) String() string {
	switch m {
	case RefreshAuto:
		return "RefreshAuto"
	case RefreshAhead:
		return "RefreshAhead"
	case RefreshOnRead:
		return "RefreshOnRead"
	}
	return fmt.Sprintf("RefreshMode(%d)", int(m))
}

const (
	defaultMaxStale = time.Hour
	minMaxAge       = time.Second // less is a forgotten unit
	lambdaFunction  = "AWS_LAMBDA_FUNCTION_NAME"
)

// GroupConfig says what a group promises. The zero GroupConfig fetches once and
// never refreshes by itself.
type GroupConfig struct {
	Name         string        // for logs, metrics and the status page; "" gets a generated one, a name in use is refused
	BasePath     string        // "/app": prefix of every name and path given to the group, secrets and ARNs excepted; a trailing slash is trimmed
	MaxAge       time.Duration // 0: never expires. Between 0 and 1 s is refused: a forgotten unit
	MaxStale     time.Duration // how long past MaxAge a value is served while refreshes fail; 0: 1 h; negative: not at all
	Mode         RefreshMode   // RefreshAuto (zero), RefreshAhead, RefreshOnRead
	NoDecryption bool          // zero decrypts
	Client       fetch.Client  // nil: the registry's (another region or account, say)
}

// check reports every mistake, and returns the checked base path.
func (c GroupConfig) check() (fetch.BasePath, error) {
	var errs []error
	base, err := fetch.ParseBasePath(c.BasePath)
	if err != nil {
		errs = append(errs, fmt.Errorf("ssmcache: GroupConfig.BasePath: %w", err))
	}
	switch {
	case c.MaxAge < 0:
		errs = append(errs, fmt.Errorf("ssmcache: GroupConfig.MaxAge: %v is negative; 0 never expires", c.MaxAge))
	case c.MaxAge > 0 && c.MaxAge < minMaxAge:
		errs = append(errs, fmt.Errorf("ssmcache: GroupConfig.MaxAge: %v is less than 1 s: is a unit missing?", c.MaxAge))
	}
	if c.Mode < RefreshAuto || c.Mode > RefreshOnRead {
		errs = append(errs, fmt.Errorf("ssmcache: GroupConfig.Mode: %v is none of RefreshAuto, RefreshAhead, RefreshOnRead", c.Mode))
	}
	return base, errors.Join(errs...)
}

func (c GroupConfig) policy() actor.Policy {
	p := actor.Policy{MaxAge: c.MaxAge, MaxStale: c.MaxStale, OnRead: c.mode() == RefreshOnRead}
	if c.MaxStale == 0 {
		p.MaxStale = defaultMaxStale
	}
	return p
}

// mode returns what RefreshAuto stands for here.
func (c GroupConfig) mode() RefreshMode {
	switch {
	case c.Mode != RefreshAuto:
		return c.Mode
	case os.Getenv(lambdaFunction) != "":
		return RefreshOnRead
	}
	return RefreshAhead
}
