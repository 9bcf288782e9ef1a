package actor

import (
	"context"

	"github.com/ssmcache/ssmcache/fetch"
)

// ask has somebody call a method of a group.
func (tr *trial) ask(s step) {
	if s.verb == "close" {
		if tr.closed[s.group] {
			return // a Close during another waits on a mutex, which holds a bubble's time
		}
		tr.closed[s.group] = true
	}
	slots := tr.slots(s.group)
	seen := &askSeen{step: s, slot: slots[s.item%len(slots)].slot, deadline: -1}
	if s.verb == "list" {
		path, err := fetch.ParsePath(fetch.BasePath{}, "/app", false, listings[s.item%len(listings)])
		if err != nil {
			panic(err)
		}
		seen.slot = tr.groups[s.group].AddPath(path)
	}
	ctx, cancel := tr.ctx, context.CancelFunc(func() {})
	if s.span != 0 && s.verb != "close" {
		ctx, cancel = context.WithTimeout(tr.ctx, s.span)
		seen.deadline = tr.now().add(max(0, s.span)).mono
	}
	tr.begin(seen)
	go func() {
		defer cancel()
		defer tr.end(seen)
		seen.ask(ctx, tr)
	}()
}

func (seen *askSeen) ask(ctx context.Context, tr *trial) {
	a, slot := tr.groups[seen.group], seen.slot
	switch seen.verb {
	case "read":
		if text, ok := a.Text(slot); ok {
			seen.shown = []shown{{slot, text, -1, -1}} // by which fetch, it does not say
			return
		}
		seen.read(ctx, tr, a)
	case "lookup":
		if p, ok := a.Param(slot); ok {
			seen.show(slot, p, tr.origin)
			return
		}
		seen.read(ctx, tr, a)
	case "peek":
		p, ok := a.Peek(slot)
		if seen.found = ok; ok {
			seen.show(slot, p, tr.origin)
		}
	case "view":
		seen.view(ctx, tr, a)
	case "list":
		slots, err := a.List(ctx, slot)
		seen.err = err
		for _, member := range slots {
			tr.know(seen.group, member, a.Name(member))
		}
	case "refresh":
		seen.err = a.Refresh(ctx)
	case "refresh-one":
		seen.err = a.RefreshSlot(ctx, slot)
	case "retry":
		seen.err = a.Refresh(ForRetry(ctx))
	case "reject":
		if p, ok := a.Peek(slot); ok {
			seen.err = a.Reject(ctx, slot, p)
		}
	case "warm":
		seen.err = a.Warm(ctx)
	case "close":
		seen.err = a.Close()
	default:
		panic("no such step: " + seen.verb)
	}
}

func (seen *askSeen) read(ctx context.Context, tr *trial, a *Actor) {
	p, err := a.Read(ctx, seen.slot)
	if seen.err = err; err == nil {
		seen.show(seen.slot, p, tr.origin)
	}
}

func (seen *askSeen) view(ctx context.Context, tr *trial, a *Actor) {
	v, err := a.View(ctx)
	if seen.err = err; err != nil {
		return
	}
	for _, k := range tr.slots(seen.group) {
		if p, err := v.Lookup(a, k.slot); err == nil {
			seen.show(k.slot, p, tr.origin)
		}
	}
}
