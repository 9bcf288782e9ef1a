package handle

import (
	"errors"
	"fmt"
	"strings"
)

// tag is a field's ssm tag.
type tag struct {
	name     string
	secret   bool
	json     bool
	optional bool    // set with a default too
	fallback *string // nil: there is no default
}

// parseTag parses a tag. Its error joins every mistake in it.
func parseTag(text string) (tag, error) {
	name, rest, more := strings.Cut(text, ",")
	t := tag{name: name}
	var errs []error
	if name == "" {
		errs = append(errs, errors.New("the tag has no name"))
	}
	for more {
		if fallback, ok := strings.CutPrefix(rest, "default="); ok {
			t.optional, t.fallback = true, &fallback
			break
		}
		var option string
		option, rest, more = strings.Cut(rest, ",")
		switch option {
		case "secret":
			t.secret = true
		case "json":
			t.json = true
		case "optional":
			t.optional = true
		default:
			errs = append(errs, fmt.Errorf("the tag has an unknown option %q: there are secret, json, optional and, at the end, default=", option))
		}
	}
	return t, errors.Join(errs...)
}
