package fetch

import (
	"errors"
	"fmt"
)

// Errors to decide by, with [errors.Is]. The text of an error that matches one
// of them names the parameter, path or filter that is at fault.
var (
	// ErrInvalidParameter says that a name is malformed, or that the store does
	// not know it ([ErrNotFound]).
	ErrInvalidParameter = errors.New("invalid parameter")

	// ErrNotFound says that the store does not know a name, or the version or
	// label that its selector asks for. It matches [ErrInvalidParameter] too.
	ErrNotFound error = notFoundError{}

	// ErrInvalidPath says that a path, a base path, or a name that a base path
	// is put before, does not start with a slash or is malformed.
	ErrInvalidPath = errors.New("invalid path")

	// ErrInvalidVersion says that a selector is neither a version (1 or more)
	// nor a label; for a secret, neither a staging label nor a version id.
	ErrInvalidVersion = errors.New("invalid version")

	// ErrInvalidFilter says that a filter's key, option or values are not what
	// GetParametersByPath accepts.
	ErrInvalidFilter = errors.New("invalid filter")
)

type notFoundError struct{}

func (notFoundError) Error() string        { return "parameter not found" }
func (notFoundError) Is(target error) bool { return target == ErrInvalidParameter }

// Error is a fact about one parameter or path: what was asked of it, and why
// there was no answer. It contains no value.
type Error struct {
	Op   string // "GetParameters", "GetParametersByPath" or "decode"
	Name string // the full name with its selector, or the path
	Err  error  // the cause
}

// Operations that an [Error] names. IAM checks the first two as the actions
// ssm:GetParameters and ssm:GetParametersByPath.
const (
	OpGetParameters       = "GetParameters"
	OpGetParametersByPath = "GetParametersByPath"
	OpDecode              = "decode"
)

func (e *Error) Error() string { return fmt.Sprintf("ssmcache: %s %q: %v", e.Op, e.Name, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// PanicError is what a panic in a [Client], a decoder or a callback becomes.
// Its text gives the type of the panic's value, never the value.
type PanicError struct {
	Type  string // the type of the value that was passed to panic
	Stack []byte // where: functions, files and lines, without arguments
}

func (e *PanicError) Error() string { return "panic of type " + e.Type }
