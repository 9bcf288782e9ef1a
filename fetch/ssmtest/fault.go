package ssmtest

import (
	"slices"
	"strings"
	"time"
)

// The operations that a [Store] answers and that a [Fault] or [Call] names.
const (
	GetParameters       = "GetParameters"
	GetParametersByPath = "GetParametersByPath"
)

// Fault is trouble that a [Store] makes for the calls it matches. The zero Fault
// matches every call and does nothing.
//
// Err, Code, Hang and Panic end the call in that way; of several faults that
// match one call, the first installed of those decides, and the waits of all up
// to it add up. A call that is throttled by [Store.SetRate] meets no fault.
type Fault struct {
	// Operation is GetParameters or GetParametersByPath; "" is both.
	Operation string

	// Name restricts the fault to calls that ask for this name or list this
	// path; "" is any. A name without a selector matches that parameter with
	// any selector and in any spelling, a name with one only that selector.
	Name string

	Err     error  // what the memory face returns; the HTTP face takes its code from it
	Code    string // an API error's code, such as "ThrottlingException"; ignored with Err
	Message string // the API error's message; "": what AWS says for the code
	Status  int    // the API error's HTTP status; 0: what AWS uses for the code

	Delay time.Duration   // the call waits on the clock, in addition to its latency
	Until <-chan struct{} // the call waits until this is closed; nil: it does not
	Deaf  bool            // the waits above, the latency too, go on when the call's context ends

	Hang  bool // the call ends only when its context does, with the context's error
	Panic any  // not nil: the memory face panics with it, the HTTP face answers status 500

	Times int // how many calls the fault hits; 0: until removed
}

// ends reports whether the fault decides the outcome of a call.
func (f Fault) ends() bool { return f.Err != nil || f.Code != "" || f.Hang || f.Panic != nil }

// installed is a fault with its count. It is guarded by traffic's lock.
type installed struct {
	fault Fault
	hits  int
}

// Fault installs f until remove is called or its Times are used up. Removing
// it does not release calls that it already holds.
func (s *Store) Fault(f Fault) (remove func()) { return s.traffic.install(f) }

// matches reports whether the fault is for the call.
func (f Fault) matches(c Call, at home) bool {
	if f.Operation != "" && f.Operation != c.Operation {
		return false
	}
	if f.Name == "" {
		return true
	}
	if c.Operation == GetParametersByPath {
		return f.Name == c.Path || strings.TrimSuffix(f.Name, "/") == strings.TrimSuffix(c.Path, "/")
	}
	want, ok := parseReference(f.Name, at)
	return slices.ContainsFunc(c.Names, func(name string) bool {
		if name == f.Name {
			return true
		}
		asked, valid := parseReference(name, at)
		return ok && valid && asked.key == want.key && asked.secret == want.secret && (want.selector == "" || want.selector == asked.selector)
	})
}

// apiError is the error that the fault's code stands for. Like AWS it names one
// resource.
func (f Fault) apiError(c Call, at home) *apiError {
	e := &apiError{code: f.Code, message: f.Message, status: f.Status}
	if e.message != "" {
		return e
	}
	switch f.Code {
	case "ThrottlingException":
		e.message = "Rate exceeded"
	case "AccessDeniedException":
		e.message = "User: arn:" + at.partition + ":sts::" + at.account + ":assumed-role/test/test is not authorized to perform: ssm:" + c.Operation +
			" on resource: " + f.resource(c, at) + " because no identity-based policy allows the ssm:" + c.Operation + " action"
	case "InvalidKeyId":
		e.message = "arn:" + at.partition + ":kms:" + at.region + ":" + at.account + ":key/00000000-0000-4000-8000-000000000000 is disabled."
	case "InternalServerError":
		e.message = "An error occurred on the server side."
	default:
		e.message = "The request failed."
	}
	return e
}

func (f Fault) resource(c Call, at home) string {
	name := f.Name
	switch {
	case name != "":
	case c.Operation == GetParametersByPath:
		name = c.Path
	case len(c.Names) > 0:
		name = c.Names[0]
	}
	if c.Operation == GetParametersByPath {
		return at.arn(name)
	}
	ref, _ := parseReference(name, at)
	if ref.secret {
		return at.arn(ref.name)
	}
	return at.arn(ref.key)
}
