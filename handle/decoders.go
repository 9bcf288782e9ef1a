package handle

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/ssmcache/ssmcache/fetch"
)

// notA is why one of our decoders failed. Its text says what the value is not;
// the cause quotes the value.
type notA struct {
	what  string
	cause error
}

func (e *notA) Error() string { return "the value is not " + e.what }

// parsed makes a decoder of a function that parses text.
func parsed[T any](what string, parse func(string) (T, error)) func(fetch.Parameter) (T, error) {
	return func(p fetch.Parameter) (T, error) {
		value, err := parse(p.Text())
		if err != nil {
			return value, &notA{what, err}
		}
		return value, nil
	}
}

// Strings returns the typed value of a StringList, split on commas. Another type
// is an error.
func Strings(h *Handle) *Value[[]string] { return As(h, stringList) }

func stringList(p fetch.Parameter) ([]string, error) {
	items, err := p.Strings()
	if err != nil {
		return nil, &notA{fmt.Sprintf("a %s but a %s", types.ParameterTypeStringList, p.Type()), err}
	}
	return items, nil
}

// Int returns the typed value of a decimal integer.
func Int(h *Handle) *Value[int] { return As(h, parsed("an integer", strconv.Atoi)) }

// Float returns the typed value of a floating-point number, in the syntax of
// [strconv.ParseFloat].
func Float(h *Handle) *Value[float64] {
	return As(h, parsed("a number", func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }))
}

// Bool returns the typed value of a boolean, in the syntax of
// [strconv.ParseBool].
func Bool(h *Handle) *Value[bool] { return As(h, parsed("a boolean", strconv.ParseBool)) }

// Duration returns the typed value of a duration with its unit, in the syntax of
// [time.ParseDuration].
func Duration(h *Handle) *Value[time.Duration] {
	return As(h, parsed("a duration", time.ParseDuration))
}

// JSON returns the typed value of a JSON text, decoded as [json.Unmarshal] does.
func JSON[T any](h *Handle) *Value[T] {
	return As(h, parsed("JSON of the right shape", func(s string) (value T, err error) {
		return value, json.Unmarshal([]byte(s), &value)
	}))
}
