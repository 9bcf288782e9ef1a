// Package store is a Parameter Store for measuring: it answers any number of
// names at the least cost that still allocates what a decoded answer of the
// AWS SDK allocates, and it counts its calls.
//
// A value is a function of its name, so a store holds nothing and a
// measurement of memory sees the cache alone. [Store] satisfies
// ssmcache's fetch.Client without a socket. [Store.SSM] is an
// [ssm.Client] of the AWS SDK in front of the same store, still without a
// socket, for libraries that insist on that type. [Store.Serve] listens on
// the loopback interface, for programs in another language.
package store
