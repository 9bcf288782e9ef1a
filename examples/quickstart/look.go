package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

const (
	patience = time.Minute // for all of the account's answers
	secrets  = "/aws/reference/secretsmanager/"
)

// look reads names and paths from the account of the default AWS configuration
// and prints a line for each parameter, without its value. The error joins what
// could not be read.
func look(ctx context.Context, out io.Writer, arguments []string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	reg, err := registry.Open(ctx, registry.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reg.Close()) }()
	group, err := reg.Group(registry.GroupConfig{Name: "quickstart", MaxAge: time.Minute})
	if err != nil {
		return err
	}

	found, errs := map[string]fetch.Parameter{}, []error(nil)
	for _, argument := range arguments {
		parameters, err := read(ctx, group, argument)
		errs = append(errs, err)
		for _, p := range parameters {
			found[p.FullName()] = p
		}
	}
	table(out, found)
	return errors.Join(errs...)
}

// read returns the parameters that an argument stands for: as a name, as a path,
// or both. One that cannot be read is part of the error.
func read(ctx context.Context, group *registry.Group, argument string) (found []fetch.Parameter, err error) {
	var named, listed error
	if !strings.HasSuffix(argument, "/") {
		h, err := group.Parameter(argument)
		if err != nil {
			return nil, err
		}
		p, err := h.Lookup(ctx)
		if named = err; err == nil {
			found = append(found, p)
		}
	}
	if !isPath(argument) {
		return found, named
	}
	handles, listed := group.Parameters(ctx, argument, registry.PathOptions{})
	below, err := lookups(ctx, handles)
	switch found = append(found, below...); {
	case errors.Is(named, fetch.ErrNotFound) && len(below) > 0:
		named = nil // it is a path
	case len(found) == 0 && named == nil && listed == nil && err == nil:
		named = fmt.Errorf("nothing lies below %q", argument)
	}
	return found, errors.Join(named, listed, err)
}

// isPath reports whether an argument may be a path: it has no selector and is
// not a secret.
func isPath(argument string) bool {
	return strings.HasPrefix(argument, "/") && !strings.Contains(argument, ":") && !strings.HasPrefix(argument, secrets)
}

func lookups(ctx context.Context, handles []*handle.Handle) (found []fetch.Parameter, err error) {
	var errs []error
	for _, h := range handles {
		p, err := h.Lookup(ctx)
		if errs = append(errs, err); err == nil {
			found = append(found, p)
		}
	}
	return found, errors.Join(errs...)
}

// table prints parameters by name: type, version, when the version was put, and
// when it was read.
func table(out io.Writer, found map[string]fetch.Parameter) {
	if len(found) == 0 {
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tTYPE\tVERSION\tCHANGED\tREAD")
	for _, name := range sortedKeys(found) {
		p := found[name]
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", name, cmp.Or(string(p.Type()), "?"), p.Version(), ago(p.LastModified()), ago(p.FetchedAt()))
	}
	_ = w.Flush()
}
