package handle

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/ssmcache/ssmcache/fetch"
)

// setter decodes a parameter into a field. It is chosen once, by the field's
// type.
type setter func(to reflect.Value, p fetch.Parameter) error

// textSetter decodes a value's text, or an item of a StringList.
type textSetter func(to reflect.Value, text string) error

var (
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	duration        = reflect.TypeFor[time.Duration]()
	parameter       = reflect.TypeFor[fetch.Parameter]()
)

// setterOf returns the setter for fields of type t; nil if there is none.
func setterOf(t reflect.Type, asJSON bool) setter {
	if asJSON {
		return ofText(setJSON)
	}
	if t == parameter {
		return func(to reflect.Value, p fetch.Parameter) error {
			to.Set(reflect.ValueOf(p))
			return nil
		}
	}
	if set := textSetterOf(t); set != nil {
		return ofText(set)
	}
	switch t.Kind() {
	case reflect.Slice:
		if set := textSetterOf(t.Elem()); set != nil {
			return ofList(set)
		}
	case reflect.Pointer:
		if set := setterOf(t.Elem(), false); set != nil {
			return pointed(set)
		}
	}
	return nil
}

func ofText(set textSetter) setter {
	return func(to reflect.Value, p fetch.Parameter) error { return set(to, p.Text()) }
}

// ofList sets a slice from a StringList.
func ofList(set textSetter) setter {
	return func(to reflect.Value, p fetch.Parameter) error {
		items, err := stringList(p)
		if err != nil {
			return err
		}
		if p.Text() == "" { // of a default alone: the store has no empty values
			items = nil
		}
		slice := reflect.MakeSlice(to.Type(), len(items), len(items))
		for i, item := range items {
			if err := set(slice.Index(i), item); err != nil {
				return inItem(i, err)
			}
		}
		to.Set(slice)
		return nil
	}
}

// inItem says which item of a list has caused err.
func inItem(i int, err error) error {
	var reason *notA
	if !errors.As(err, &reason) {
		reason = &notA{"decodable", err}
	}
	return &notA{fmt.Sprintf("a %s whose item %d is %s", types.ParameterTypeStringList, i+1, reason.what), reason.cause}
}

// pointed sets a pointer to what set sets.
func pointed[P any](set func(reflect.Value, P) error) func(reflect.Value, P) error {
	return func(to reflect.Value, p P) error {
		target := reflect.New(to.Type().Elem())
		if err := set(target.Elem(), p); err != nil {
			return err
		}
		to.Set(target)
		return nil
	}
}

// textSetterOf returns the setter for what has type t and is decoded from text
// alone; nil if there is none.
func textSetterOf(t reflect.Type) textSetter {
	switch {
	case reflect.PointerTo(t).Implements(textUnmarshaler):
		return unmarshalText
	case t == duration:
		return set("a duration", time.ParseDuration, func(to reflect.Value, d time.Duration) { to.SetInt(int64(d)) })
	}
	switch t.Kind() {
	case reflect.String:
		return func(to reflect.Value, text string) error { to.SetString(text); return nil }
	case reflect.Bool:
		return set("a boolean", strconv.ParseBool, reflect.Value.SetBool)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return set(fmt.Sprintf("an integer of %d bits", t.Bits()), func(s string) (int64, error) { return strconv.ParseInt(s, 10, t.Bits()) }, reflect.Value.SetInt)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return set(fmt.Sprintf("an unsigned integer of %d bits", t.Bits()), func(s string) (uint64, error) { return strconv.ParseUint(s, 10, t.Bits()) }, reflect.Value.SetUint)
	case reflect.Float32, reflect.Float64:
		return set(fmt.Sprintf("a number of %d bits", t.Bits()), func(s string) (float64, error) { return strconv.ParseFloat(s, t.Bits()) }, reflect.Value.SetFloat)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 && !reflect.PointerTo(t.Elem()).Implements(textUnmarshaler) {
			return func(to reflect.Value, text string) error { to.SetBytes([]byte(text)); return nil }
		}
	case reflect.Pointer:
		if set := textSetterOf(t.Elem()); set != nil {
			return pointed(set)
		}
	}
	return nil
}

// set makes a textSetter of a function that parses text and one that stores what
// it returns.
func set[T any](what string, parse func(string) (T, error), store func(reflect.Value, T)) textSetter {
	return func(to reflect.Value, text string) error {
		value, err := parse(text)
		if err != nil {
			return &notA{what, err}
		}
		store(to, value)
		return nil
	}
}

func unmarshalText(to reflect.Value, text string) error {
	if err := to.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil {
		return &notA{"a valid " + to.Type().String(), err}
	}
	return nil
}

func setJSON(to reflect.Value, text string) error {
	if err := json.Unmarshal([]byte(text), to.Addr().Interface()); err != nil {
		return &notA{"JSON of the right shape", err}
	}
	return nil
}
