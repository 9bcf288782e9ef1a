package handle_test

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// canaryText is a value that nothing may show.
const canaryText = "hunter2-correct-horse"

// shows reports whether text has the canary, plain or as a verb or an encoder
// may have it.
func shows(text string) bool {
	lower := strings.ToLower(text)
	decimal := strings.Trim(fmt.Sprint([]byte(canaryText)), "[]")
	return strings.Contains(lower, canaryText) || strings.Contains(lower, fmt.Sprintf("%x", canaryText)) ||
		strings.Contains(lower, fmt.Sprintf("% x", canaryText)) ||
		strings.Contains(text, decimal) || strings.Contains(text, strings.ReplaceAll(decimal, " ", ",")) ||
		strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(canaryText))[:24])
}

// everyVerb has fmt's verbs, and some that it does not know.
var everyVerb = func() []string {
	var verbs []string
	for _, flags := range []string{"", "+", "#"} {
		for _, c := range "vTtbcdoOqxXUeEfFgGspwzyh!%" {
			verbs = append(verbs, "%"+flags+string(c))
		}
	}
	return verbs
}()

// hides fails if some way of printing, logging or encoding v shows the canary.
func hides(t *testing.T, what string, v any) {
	t.Helper()
	for _, verb := range everyVerb {
		if text := fmt.Sprintf(verb, v); shows(text) {
			t.Errorf("%s, %s: %s", what, verb, text)
		}
	}
	if text := fmt.Sprint(v) + fmt.Sprintln(v) + fmt.Errorf("%w %300q", errors.New("cause"), v).Error(); shows(text) {
		t.Errorf("%s, Sprint: %s", what, text)
	}
	var out bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("message", "value", v, slog.Group("group", "value", v))
	}
	if err := json.NewEncoder(&out).Encode(v); err != nil {
		out.WriteString(err.Error())
	}
	if err := xml.NewEncoder(&out).Encode(v); err != nil {
		out.WriteString(err.Error())
	}
	if err := gob.NewEncoder(&out).Encode(v); err != nil {
		out.WriteString(err.Error())
	}
	if shows(out.String()) {
		t.Errorf("%s, a log or an encoding: %s", what, out.String())
	}
}

// Rule 27.

func TestCanaryIsRecognisedInEveryForm(t *testing.T) {
	for _, text := range []string{
		canaryText, strings.ToUpper(canaryText), fmt.Sprintf("%x", canaryText), fmt.Sprintf("% X", canaryText), fmt.Sprintf("%d", []byte(canaryText)),
		fmt.Sprintf("%q", "<"+canaryText+">"), base64.StdEncoding.EncodeToString([]byte(canaryText)),
	} {
		if !shows(text) {
			t.Errorf("%s", text)
		}
	}
}

// holders returns structs that hold v as a caller's may: in exported and
// unexported fields, where fmt calls no method, in slices, maps and interfaces.
func holders[T any](v T) map[string]any {
	type hidden struct{ v T }
	type nested struct {
		h  hidden
		p  *hidden
		an any
	}
	return map[string]any{
		"itself": v, "a pointer to it": &v,
		"an exported field": struct{ V T }{v}, "a pointer to an exported field": &struct{ V T }{v},
		"an unexported field": hidden{v}, "a pointer to an unexported field": &hidden{v},
		"a nested field": nested{hidden{v}, &hidden{v}, v}, "a pointer to a nested field": &nested{hidden{v}, &hidden{v}, hidden{v}},
		"a slice": []T{v}, "a map": map[string]T{"k": v}, "an array": [1]T{v}, "a field of a slice": struct{ v []T }{[]T{v}},
		"a field of a map": struct{ v map[int]T }{map[int]T{1: v}}, "a field of an array": &struct{ v [2]T }{[2]T{v}},
	}
}

func TestNothingShowsAValue(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.GroupConfig{MaxAge: time.Minute, Mode: mode, Name: "app"})
			h := l.put("/text", canaryText)
			l.store.PutSecure("/password", canaryText)
			password := l.parameter("/password")
			l.store.PutSecret("db", canaryText)
			secret, err := l.group.Secret("db")
			if err != nil {
				t.Fatal(err)
			}
			typed := handle.As(password, func(p fetch.Parameter) (string, error) { return p.Text(), nil })
			type credentials struct{ Password string }
			object := handle.As(secret, func(p fetch.Parameter) (credentials, error) { return credentials{p.Text()}, nil })
			if text, err := typed.Get(t.Context()); err != nil || text != canaryText {
				t.Fatal("the canary is not there")
			}
			if c, err := object.Get(t.Context()); err != nil || c.Password != canaryText {
				t.Fatal("the canary is not there")
			}
			view := l.view()
			p, err := h.Lookup(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			static := handle.Static("/static", canaryText)
			all := map[string]map[string]any{
				"Handle": holders(h), "Handle of a SecureString": holders(password), "Handle of a secret": holders(secret),
				"a copy of a Handle": holders(*h), "Value": holders(typed), "Value of a struct": holders(object),
				"View": holders(view), "Parameter": holders(p), "Group": holders(l.group), "Registry": holders(l.reg),
				"Static": holders(static), "Value of Static": holders(handle.As(static, func(p fetch.Parameter) (string, error) { return p.Text(), nil })),
				"StaticParameter": holders(handle.StaticParameter(p)),
			}
			synctest.Wait() // fmt reads fields that the group's goroutine writes
			for what, places := range all {
				for where, v := range places {
					hides(t, what+" in "+where, v)
				}
			}
			hides(t, "Handles", l.group.Handles())
		})
	}
}

func TestNoErrorAndNoLogLineShowsAValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		h := l.put("/n", canaryText)
		other := l.put("/other", canaryText)
		p, err := h.Lookup(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		before := l.view()
		number := handle.Int(h)
		_, decodeErr := number.Get(t.Context())
		_, inErr := number.In(before)
		rejectErr := h.Reject(t.Context(), p)
		mend := l.breakStore()
		refreshErr := l.group.Refresh(t.Context())
		mend()
		l.store.Delete("/other")
		goneErr := other.Refresh(t.Context())
		_, laterErr := before.Get(l.put("/later", canaryText))
		if err := l.group.Close(); err != nil {
			t.Fatal(err)
		}
		_, closedErr := h.Get(t.Context())
		for what, err := range map[string]error{
			"decode": decodeErr, "In": inErr, "Reject": rejectErr, "Refresh": refreshErr, "gone": goneErr, "later": laterErr, "closed": closedErr,
		} {
			if err == nil {
				t.Errorf("%s: no error", what)
			}
			for where, v := range holders(err) {
				hides(t, "the error of "+what+" in "+where, v)
			}
		}
		if text := l.log.String(); text == "" || shows(text) {
			t.Errorf("the log: %s", text)
		}
	})
}
