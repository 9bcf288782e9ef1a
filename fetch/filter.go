package fetch

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// Keys and options that GetParametersByPath accepts; see ParameterStringFilter
// in the AWS Systems Manager API Reference.
const (
	filterType       = "Type"
	filterKeyID      = "KeyId"
	filterLabel      = "Label"
	optionEquals     = "Equals"
	optionBeginsWith = "BeginsWith"

	maxFilterValues = 50
	maxFilterValue  = 1024 // characters
)

// Filter leaves out of a listing what does not match any of its values.
type Filter struct {
	Key    string   // "Type", "KeyId" or "Label"
	Option string   // "Equals" or "BeginsWith"; "" is Equals. Label takes Equals only
	Values []string // 1 to 50, of 1 to 1024 characters each
}

// TypeFilter keeps parameters of the given types.
func TypeFilter(parameterTypes ...types.ParameterType) Filter {
	values := make([]string, len(parameterTypes))
	for i, t := range parameterTypes {
		values[i] = string(t)
	}
	return Filter{Key: filterType, Values: values}
}

// KeyIDFilter keeps SecureStrings encrypted with the given keys; option is
// "Equals" or "BeginsWith", "" is Equals.
func KeyIDFilter(option string, values ...string) Filter {
	return Filter{Key: filterKeyID, Option: option, Values: slices.Clone(values)}
}

// LabelFilter keeps parameters that have a version with one of the labels, and
// shows that version.
func LabelFilter(labels ...string) Filter {
	return Filter{Key: filterLabel, Values: slices.Clone(labels)}
}

// checked returns a copy of f with its option completed, or an error that
// matches [ErrInvalidFilter].
func (f Filter) checked() (Filter, error) {
	f.Values = slices.Clone(f.Values)
	if f.Option == "" {
		f.Option = optionEquals
	}
	switch f.Key {
	case filterType, filterKeyID, filterLabel:
	default:
		return f, fmt.Errorf("%w: key %q is none of Type, KeyId, Label", ErrInvalidFilter, f.Key)
	}
	if f.Option != optionEquals && f.Option != optionBeginsWith {
		return f, fmt.Errorf("%w: %s: option %q is neither Equals nor BeginsWith", ErrInvalidFilter, f.Key, f.Option)
	}
	if f.Key == filterLabel && f.Option != optionEquals {
		return f, fmt.Errorf("%w: Label: the only option is Equals, not %q", ErrInvalidFilter, f.Option)
	}
	if n := len(f.Values); n < 1 || n > maxFilterValues {
		return f, fmt.Errorf("%w: %s: %d values; it takes 1 to %d", ErrInvalidFilter, f.Key, n, maxFilterValues)
	}
	for _, v := range f.Values {
		if n := utf8.RuneCountInString(v); n < 1 || n > maxFilterValue {
			return f, fmt.Errorf("%w: %s: a value of %d characters; it takes 1 to %d", ErrInvalidFilter, f.Key, n, maxFilterValue)
		}
		if f.Key == filterType && !f.matchesSomeType(v) {
			return f, fmt.Errorf("%w: Type: value %q is none of String, StringList, SecureString", ErrInvalidFilter, v)
		}
	}
	return f, nil
}

// matchesSomeType reports whether a Type filter's value can match at all.
func (f Filter) matchesSomeType(value string) bool {
	return slices.ContainsFunc(types.ParameterType("").Values(), func(t types.ParameterType) bool {
		return string(t) == value || f.Option == optionBeginsWith && strings.HasPrefix(string(t), value)
	})
}

func (f Filter) wire() types.ParameterStringFilter {
	return types.ParameterStringFilter{Key: aws.String(f.Key), Option: aws.String(f.Option), Values: f.Values}
}
