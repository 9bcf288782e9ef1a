// Package ssmtest is a Parameter Store in memory, for tests.
//
// One [Store] has two faces. [Store.Client] is a client of the two read
// operations that involves no socket and no goroutine: it satisfies the Client
// interface of package fetch and runs inside a testing/synctest bubble.
// [Store.Handler] speaks the AWS JSON 1.1 protocol, so that a real [ssm.Client]
// (or another language's SDK) can talk to it: over loopback with
// [Store.Serve], or without a socket with [Store.SDKClient].
//
//	store := ssmtest.New(ssmtest.Config{})
//	store.Put("/app/host", "db.internal")
//	store.PutSecure("/app/password", "hunter2")
//	client := store.Client()
//
// The store answers as Parameter Store does, down to which mistakes fail one
// name and which fail the call. [Conformance] states these facts as tests; it
// runs against both faces, and against an independent emulator in the
// end-to-end run.
//
// [Record] keeps what a client was answered with in a directory, and [Replay]
// plays such a directory back, as AWS Placebo does.
//
// # Time
//
// A call's answer is fixed when the call starts. Latency, throttling and the
// delays of faults pass on [Config.Clock] afterwards, so that a value put while
// a call is under way is never part of that call's answer. No lock is held
// during a wait, and every wait ends with the call's context unless a [Fault]
// says otherwise.
//
// # Secrecy
//
// No value appears when a Store, a [Client], a [Server] or a [Parameter] is
// printed, logged or encoded, nor in any error or panic text of this package.
package ssmtest
