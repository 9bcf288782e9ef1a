package handle_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
)

// FuzzDecoders holds each decoder against what it is made of: the same value, or
// an error that names the parameter and does not quote the text.
func FuzzDecoders(f *testing.F) {
	for _, text := range []string{"", "1", "-1", "1.5", "true", "3s", "9223372036854775808", `{"a":1}`, `{"a":"`, "null", "hunter2", "1,2,,3", "\x00\xff", "1_000", "0x10", "NaN"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h := handle.Static("/p", text)
		decodes(t, text, handle.Int(h), strconv.Atoi)
		decodes(t, text, handle.Float(h), func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
		decodes(t, text, handle.Bool(h), strconv.ParseBool)
		decodes(t, text, handle.Duration(h), time.ParseDuration)
		decodes(t, text, handle.JSON[map[string]any](h), func(s string) (v map[string]any, err error) {
			return v, json.Unmarshal([]byte(s), &v)
		})
	})
}

func decodes[T any](t *testing.T, text string, v *handle.Value[T], parse func(string) (T, error)) {
	t.Helper()
	got, err := v.Get(t.Context())
	want, wrong := parse(text)
	if (err == nil) != (wrong == nil) {
		t.Fatalf("%q: %v, want %v", text, err, wrong)
	}
	if err == nil {
		if !reflect.DeepEqual(got, want) && !strings.EqualFold(strings.TrimLeft(text, "+-"), "nan") {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
		return
	}
	var fact *fetch.Error
	if !errors.As(err, &fact) || fact.Op != fetch.OpDecode || fact.Name != "/p" {
		t.Fatalf("%q: %v", text, err)
	}
	if len(text) > 3 && !strings.Contains(`ssmcache: decode "/p": the value is not an integer a number a boolean a duration JSON of the right shape`, text) && strings.Contains(err.Error(), text) {
		t.Fatalf("the error quotes %q: %v", text, err)
	}
}
