package ssmtest_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

const password = "hunter2-correct-horse"

var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%e", "%p", "%T", "%c", "%U", "%w", "%!"}

func filled(t *testing.T) *ssmtest.Store {
	store := ssmtest.New(ssmtest.Config{})
	store.PutSecure("/a/password", password)
	store.Put("/a/text", password)
	store.PutSecret("s", password)
	if _, err := get(t.Context(), store.Client(), "/a/password", "/aws/reference/secretsmanager/s"); err != nil {
		t.Fatal(err)
	}
	return store
}

// reveals reports whether text has the password, plain or as the verbs %x, %X
// and %d of its bytes have it.
func reveals(text string) bool {
	lower := strings.ToLower(text)
	decimal := strings.Trim(fmt.Sprint([]byte(password)), "[]")
	return strings.Contains(lower, password) || strings.Contains(lower, fmt.Sprintf("%x", password)) || strings.Contains(text, decimal)
}

func TestNothingPrintsAValue(t *testing.T) {
	store := filled(t)
	server := store.Serve()
	defer server.Close()
	parameter := ssmtest.Parameter{Name: "/a/password", Text: password, Type: types.ParameterTypeSecureString}
	type inside struct { // fmt calls no method of what an unexported field holds
		store  *ssmtest.Store
		client *ssmtest.Client
		server *ssmtest.Server
	}
	type within struct { // nor does a copy change that
		store  any
		client ssmtest.Client
	}
	for _, value := range []any{
		store, store.Client(), server, parameter, &parameter,
		[]ssmtest.Parameter{parameter},
		map[string]*ssmtest.Parameter{"p": &parameter},
		inside{store, store.Client(), server},
		&inside{store, store.Client(), server},
		within{store, *store.Client()},
		&within{store, *store.Client()},
		store.Calls(), store.Peer(),
		struct{ P ssmtest.Parameter }{parameter},
	} {
		for _, verb := range verbs {
			if strings.Contains(fmt.Sprintf("%T", value), "Parameter") && (verb == "%p" || verb == "%w") {
				continue // a Parameter is a literal with its value in clear: these ask no method
			}
			if text := fmt.Sprintf(verb, value); reveals(text) {
				t.Errorf("%s of %T has the value", verb, value)
			}
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", value)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", value)
		if reveals(log.String()) {
			t.Errorf("a log of %T has the value", value)
		}
		if text, err := json.Marshal(value); err == nil && reveals(string(text)) {
			t.Errorf("the JSON of %T has the value", value)
		}
		var blob bytes.Buffer
		if err := gob.NewEncoder(&blob).Encode(value); err == nil && reveals(blob.String()) {
			t.Errorf("the gob of %T has the value", value)
		}
	}
}

func TestDescriptionsSayWhatAThingIs(t *testing.T) {
	store := filled(t)
	want := "ssmtest.Store(us-east-1 123456789012, 2 parameters, 1 secrets)"
	if got := fmt.Sprint(store); got != want {
		t.Errorf("store: %s", got)
	}
	if got := fmt.Sprintf("%d", store.Client()); got != "ssmtest.Client of "+want {
		t.Errorf("client: %s", got)
	}
	if got := fmt.Sprint(ssmtest.Parameter{Name: "/p", Text: "v"}); got != "ssmtest.Parameter(/p String, value redacted)" {
		t.Errorf("parameter: %s", got)
	}
}

func TestWritesPanicOnWhatAWSRefusesAndNeverWithTheValue(t *testing.T) {
	long := strings.Repeat(password, 400)
	for what, write := range map[string]func(*ssmtest.Store){
		"malformed name":   func(s *ssmtest.Store) { s.Put("a/b", password) },
		"name with colon":  func(s *ssmtest.Store) { s.Put("/a:1", password) },
		"empty name":       func(s *ssmtest.Store) { s.Put("", password) },
		"16 levels":        func(s *ssmtest.Store) { s.Put(strings.Repeat("/a", 16), password) },
		"long name":        func(s *ssmtest.Store) { s.Put("/"+strings.Repeat("a", 1000), password) },
		"empty value":      func(s *ssmtest.Store) { s.Put("/a", "") },
		"long value":       func(s *ssmtest.Store) { s.Put("/a", long) },
		"value not UTF-8":  func(s *ssmtest.Store) { s.Put("/a", password+"\xff") },
		"item with comma":  func(s *ssmtest.Store) { s.PutList("/a", password+",x") },
		"no item":          func(s *ssmtest.Store) { s.PutList("/a") },
		"unknown type":     func(s *ssmtest.Store) { s.PutParameter(ssmtest.Parameter{Name: "/a", Text: password, Type: "Text"}) },
		"key of a String":  func(s *ssmtest.Store) { s.PutParameter(ssmtest.Parameter{Name: "/a", Text: password, KeyID: "k"}) },
		"unknown datatype": func(s *ssmtest.Store) { s.PutParameter(ssmtest.Parameter{Name: "/a", Text: password, DataType: "x"}) },
		"label of nothing": func(s *ssmtest.Store) { s.Label("/a", 1, "prod") },
		"invalid label":    func(s *ssmtest.Store) { s.Put("/a", password); s.Label("/a", 1, "1st") },
		"unknown version":  func(s *ssmtest.Store) { s.Put("/a", password); s.Label("/a", 2, "prod") },
		"secret's name":    func(s *ssmtest.Store) { s.PutSecret("in ner", password) },
		"secret's stage":   func(s *ssmtest.Store) { s.PutSecret("s", password, "a:b") },
		"empty secret":     func(s *ssmtest.Store) { s.PutSecret("s", "") },
	} {
		func() {
			defer func() {
				text := fmt.Sprint(recover())
				if !strings.HasPrefix(text, "ssmtest: ") || reveals(text) {
					t.Errorf("%s: the panic says %q", what, text)
				}
			}()
			write(ssmtest.New(ssmtest.Config{}))
		}()
	}
}
