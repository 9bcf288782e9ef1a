package handle_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
)

// of returns a handle of a parameter of some type.
func of(typ types.ParameterType, text string) *handle.Handle {
	return handle.StaticParameter(fetch.NewParameter(types.Parameter{
		Name: aws.String("/p"), Value: aws.String(text), Type: typ, Version: 1,
	}, time.Now()))
}

// read is what a Value's Get gives, whatever its type.
func read[T any](v *handle.Value[T]) func(t *testing.T) (any, error) {
	return func(t *testing.T) (any, error) { return v.Get(t.Context()) }
}

type shape struct {
	Host string
	Port int
}

func TestDecodersDecode(t *testing.T) {
	text := func(s string) *handle.Handle { return of(types.ParameterTypeString, s) }
	for what, c := range map[string]struct {
		read func(*testing.T) (any, error)
		want any
	}{
		"Strings":            {read(handle.Strings(of(types.ParameterTypeStringList, "a,b,,c"))), []string{"a", "b", "", "c"}},
		"Strings of one":     {read(handle.Strings(of(types.ParameterTypeStringList, "a"))), []string{"a"}},
		"Int":                {read(handle.Int(text("-42"))), -42},
		"Float":              {read(handle.Float(text("2.5e3"))), 2500.0},
		"Bool":               {read(handle.Bool(text("true"))), true},
		"Duration":           {read(handle.Duration(text("1m30s"))), 90 * time.Second},
		"JSON":               {read(handle.JSON[shape](text(`{"host":"db","port":5432}`))), shape{"db", 5432}},
		"JSON of a map":      {read(handle.JSON[map[string]int](text(`{"a":1}`))), map[string]int{"a": 1}},
		"Int of a secret":    {read(handle.Int(of(types.ParameterTypeSecureString, "7"))), 7},
		"As":                 {read(handle.As(text("x"), func(p fetch.Parameter) (string, error) { return p.Name() + p.Text(), nil })), "/px"},
		"Strings by As":      {read(handle.As(of(types.ParameterTypeStringList, "a,b"), fetch.Parameter.Strings)), []string{"a", "b"}},
		"an interface by As": {read(handle.As(text("x"), func(fetch.Parameter) (error, error) { return nil, nil })), nil},
	} {
		if got, err := c.read(t); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
}

// Rule 27.

func TestDecodeErrorNamesTheParameterAndHidesItsInputButNotItsCause(t *testing.T) {
	canary := of(types.ParameterTypeString, canaryText)
	quoting := func(fetch.Parameter) (int, error) { return 0, fmt.Errorf("bad: %s", canaryText) }
	reaches := func(target any) func(error) bool {
		return func(err error) bool { return errors.As(err, target) }
	}
	for what, c := range map[string]struct {
		read    func(*testing.T) (any, error)
		says    string
		reaches func(error) bool
	}{
		"Int":         {read(handle.Int(canary)), "integer", reaches(new(*strconv.NumError))},
		"Float":       {read(handle.Float(canary)), "number", reaches(new(*strconv.NumError))},
		"Bool":        {read(handle.Bool(canary)), "boolean", reaches(new(*strconv.NumError))},
		"Duration":    {read(handle.Duration(canary)), "duration", nil}, // its error has no type of its own
		"JSON":        {read(handle.JSON[int](canary)), "JSON", reaches(new(*json.SyntaxError))},
		"JSON's type": {read(handle.JSON[int](of(types.ParameterTypeString, `"`+canaryText+`"`))), "JSON", reaches(new(*json.UnmarshalTypeError))},
		"Strings":     {read(handle.Strings(canary)), "StringList", nil},
		"As":          {read(handle.As(canary, quoting)), "decode", nil},
		"As by hand": {
			read(handle.As(canary, func(p fetch.Parameter) (int, error) { return strconv.Atoi(p.Text()) })),
			"decode", reaches(new(*strconv.NumError)),
		},
		"As by hand, wrapped": {
			read(handle.As(canary, func(p fetch.Parameter) (int, error) {
				n, err := strconv.Atoi(p.Text())
				return n, fmt.Errorf("field one: %w", err)
			})),
			"decode", reaches(new(*strconv.NumError)),
		},
	} {
		_, err := c.read(t)
		var fact *fetch.Error
		if !errors.As(err, &fact) || fact.Op != fetch.OpDecode || fact.Name != "/p" || !strings.Contains(err.Error(), "/p") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", what, err)
		}
		if c.reaches != nil && !c.reaches(err) {
			t.Errorf("%s: errors.As does not reach the cause", what)
		}
		hides(t, "the error of "+what, err)
		hides(t, "the causes of "+what, causes(err))
	}
}

// causes returns all that errors.Unwrap reaches from err.
func causes(err error) []error {
	var all []error
	for err != nil {
		all = append(all, err)
		err = errors.Unwrap(err)
	}
	return all
}
