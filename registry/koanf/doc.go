// Package koanf gives koanf the parameters of a group, as a provider:
//
//	provider := ssmkoanf.New(ctx, group, ssmkoanf.Config{Path: "/app"})
//	err := k.Load(provider, nil)
//	err = provider.Watch(func(any, error) { ... k.Load(provider, nil) ... })
//
// Import it under a name of its own, such as ssmkoanf: its name is that of
// github.com/knadh/koanf/v2.
//
// # Keys and values
//
// The key of a parameter is its name below a path, with the delimiter for each
// slash: /app/db/host below /app is db.host. The value is the parameter's text,
// or a []string if it is a StringList. All values of one Read come from one
// snapshot of the group, so that it cannot mix an old user name with a new
// password.
//
// # Secrets
//
// This is configuration: values of SecureStrings and of secrets stand in what
// Read and ReadBytes return, as text, and so in the Koanf that loads them. Its
// Print, Sprint, All, Raw and Marshal methods show them. To hand a secret around
// without its text, keep its handle. Errors, and a Provider that is printed, have
// no values.
//
// # Goroutines
//
// [Provider.Watch] starts one goroutine, which [Provider.Unwatch] joins. It looks
// every second whether the group has fetched, and fetches nothing itself: where
// reads refresh ([registry.RefreshOnRead]), values change only when something
// reads. Unwatch before the group is closed.
package koanf
