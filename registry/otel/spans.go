package otel

import (
	"context"
	"maps"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/ssmcache/ssmcache/registry"
)

// spans makes a span per fetch.
type spans struct {
	tracer trace.Tracer // constant

	mu   sync.Mutex
	open map[*span]bool
}

// span is a fetch under way.
type span struct {
	trace.Span
	group   string
	started time.Time
	ctx     context.Context // of the group: it ends when the group is closed
}

// spanOf is the key under which a fetch's context has its span. It is not the
// one that [trace.SpanFromContext] finds once another observer has made one.
type spanOf struct{ *spans }

// start returns ctx with a new span.
func (s *spans) start(ctx context.Context, e registry.FetchStarted, common []attribute.KeyValue) context.Context {
	options := []trace.SpanStartOption{
		trace.WithTimestamp(e.Time),
		trace.WithAttributes(common...),
		trace.WithAttributes(group(e.Group), refreshed.Bool(e.Refresh), names.Int(e.Names), paths.Int(e.Paths)),
	}
	if e.Cause != nil {
		if caller := trace.SpanContextFromContext(e.Cause); caller.IsValid() {
			options = append(options, trace.WithLinks(trace.Link{SpanContext: caller}))
		}
	}
	within, started := s.tracer.Start(ctx, "ssmcache.fetch", options...)
	sp := &span{started, e.Group, e.Time, ctx}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[sp] = true
	return context.WithValue(within, spanOf{s}, sp)
}

// end ends the span of a fetch that has ended.
func (s *spans) end(ctx context.Context, e registry.FetchDone) {
	sp, ok := ctx.Value(spanOf{s}).(*span)
	if !ok {
		return // FetchStarted has panicked
	}
	s.mu.Lock()
	delete(s.open, sp)
	s.mu.Unlock()
	sp.SetAttributes(
		calls.Int(e.Calls), throttled.Int(e.Throttled), found.Int(e.Found),
		notFound.Int(e.NotFound), failed.Int(e.Failed), changed.Int(e.Changed),
	)
	if e.Err != nil {
		sp.SetAttributes(failure(e.Err)...)
		sp.SetStatus(codes.Error, e.Err.Error())
	}
	sp.End(trace.WithTimestamp(sp.started.Add(e.Duration)))
}

// interrupt ends the spans of fetches whose end a closed group does not tell.
// Another registry's group may have the same name: its context goes on.
func (s *spans) interrupt(e registry.GroupClosed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.open, func(sp *span, _ bool) bool {
		if sp.group != e.Group || sp.ctx.Err() == nil {
			return false
		}
		sp.AddEvent("ssmcache.group.closed", trace.WithTimestamp(e.Time))
		sp.End(trace.WithTimestamp(e.Time))
		return true
	})
}
