package ssmtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

const (
	maxFilterValues      = 50
	maxFilterValueLength = 1024
)

// filterKey is the service model's pattern for a filter's key. A key that
// matches it but is not for listings is refused later, with another error.
var filterKey = regexp.MustCompile(`^(tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType)$`)

// filter is a valid [types.ParameterStringFilter].
type filter struct {
	key    string
	begins bool // the option is BeginsWith, not Equals
	values []string
}

// parseFilters checks the filters of a listing.
func parseFilters(given []types.ParameterStringFilter) ([]filter, *apiError) {
	var filters []filter
	for i, g := range given {
		f, err := parseFilter(i+1, g)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(filters, func(other filter) bool { return other.key == f.key }) {
			return nil, &apiError{code: "InvalidFilterKey", message: fmt.Sprintf("The following filter is duplicated in the request: %s. A request can contain only one occurrence of a specific filter.", f.key)}
		}
		filters = append(filters, f)
	}
	return filters, nil
}

func parseFilter(member int, given types.ParameterStringFilter) (filter, *apiError) {
	f := filter{key: aws.ToString(given.Key), values: slices.Clone(given.Values)}
	if !filterKey.MatchString(f.key) {
		return f, validation(fmt.Sprintf("1 validation error detected: Value at 'parameterFilters.%d.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType", member))
	}
	if f.key != "Type" && f.key != "KeyId" && f.key != "Label" {
		return f, &apiError{code: "InvalidFilterKey", message: fmt.Sprintf("The following filter key is not valid: %s. Valid filter keys include: [Type, KeyId, Label].", f.key)}
	}
	switch option := aws.ToString(given.Option); {
	case given.Option == nil || option == "Equals":
	case option == "BeginsWith" && f.key != "Label":
		f.begins = true
	default:
		return f, &apiError{code: "InvalidFilterOption", message: fmt.Sprintf("The following filter option is not valid: %s. Valid options include: [BeginsWith, Equals].", option)}
	}
	return f, f.checkValues(member)
}

func (f filter) checkValues(member int) *apiError {
	if len(f.values) == 0 {
		return &apiError{code: "InvalidFilterValue", message: "The following filter values are missing : null for filter key " + f.key}
	}
	if len(f.values) > maxFilterValues {
		return validation(fmt.Sprintf("1 validation error detected: Value at 'parameterFilters.%d.member.values' failed to satisfy constraint: Member must have length less than or equal to 50", member))
	}
	for _, value := range f.values {
		if value == "" || utf8.RuneCountInString(value) > maxFilterValueLength {
			return validation(fmt.Sprintf("1 validation error detected: Value at 'parameterFilters.%d.member.values' failed to satisfy constraint: Member must have length between 1 and 1024", member))
		}
		if f.key == "Type" && !f.begins && !slices.Contains(types.ParameterType("").Values(), types.ParameterType(value)) {
			return &apiError{code: "InvalidFilterValue", message: fmt.Sprintf("The following filter value is not valid: %s. Valid values include: [SecureString, String, StringList].", value)}
		}
	}
	return nil
}

func (f filter) matches(text string) bool {
	if f.begins {
		return slices.ContainsFunc(f.values, func(start string) bool { return strings.HasPrefix(text, start) })
	}
	return slices.Contains(f.values, text)
}

// choose picks the version that a listing shows: the labelled one when a filter
// is about labels, else the latest. It reports false for a parameter that the
// filters leave out.
func choose(r *record, filters []filter) (version, bool) {
	v := r.latest()
	for _, f := range filters {
		if f.key != "Label" {
			continue
		}
		i := slices.IndexFunc(f.values, func(l string) bool { return r.labels[l] != 0 })
		if i < 0 {
			return v, false
		}
		v, _ = r.byNumber(r.labels[f.values[i]])
	}
	for _, f := range filters {
		if f.key == "Type" && !f.matches(string(v.kind)) || f.key == "KeyId" && !f.matches(v.keyID) {
			return v, false
		}
	}
	return v, true
}
