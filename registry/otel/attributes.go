package otel

import (
	"errors"

	"github.com/aws/smithy-go"
	"go.opentelemetry.io/otel/attribute"

	"github.com/ssmcache/ssmcache/fetch"
)

// Attributes of spans and measurements.
const (
	groupName = attribute.Key("ssmcache.group.name")
	state     = attribute.Key("ssmcache.group.state")
	errorType = attribute.Key("error.type") // of the semantic conventions

	refreshed = attribute.Key("ssmcache.fetch.refresh")
	names     = attribute.Key("ssmcache.fetch.names")
	paths     = attribute.Key("ssmcache.fetch.paths")
	calls     = attribute.Key("ssmcache.fetch.calls")
	throttled = attribute.Key("ssmcache.fetch.throttled")
	found     = attribute.Key("ssmcache.fetch.found")
	notFound  = attribute.Key("ssmcache.fetch.not_found")
	failed    = attribute.Key("ssmcache.fetch.failed")
	changed   = attribute.Key("ssmcache.fetch.changed")
)

func group(name string) attribute.KeyValue { return groupName.String(name) }

// failure returns the attribute that says what kind of error err is; none if err
// is nil.
func failure(err error) []attribute.KeyValue {
	if err == nil {
		return nil
	}
	return []attribute.KeyValue{errorType.String(kind(err))}
}

// kind is one of few words, as the semantic conventions ask.
func kind(err error) string {
	var api smithy.APIError
	var panicked *fetch.PanicError
	switch {
	case errors.As(err, &api):
		return api.ErrorCode()
	case errors.As(err, &panicked):
		return "panic"
	}
	return "_OTHER"
}
