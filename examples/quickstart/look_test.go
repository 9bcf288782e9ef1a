package main

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// account makes a store the account of the default AWS configuration.
func account(t *testing.T) *ssmtest.Store {
	t.Helper()
	store := ssmtest.New(ssmtest.Config{})
	server := store.Serve()
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_SSM": server.URL, "AWS_REGION": "us-east-1",
		"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	return store
}

func TestArgumentsAreReadFromTheDefaultAccountAndPrintedWithoutValues(t *testing.T) {
	store := account(t)
	fill(store)
	store.Put("/shop", mark) // a name that is a path too
	var out bytes.Buffer
	err := run(context.Background(), &out, []string{"/shop", release + ":2", secrets + payments})
	if err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{
		`^NAME +TYPE +VERSION +CHANGED +READ\n`,
		`/shop +String +1 +\d+ m?s ago +\d+ m?s ago\n`,
		`/shop/hosts +StringList +1 `,
		`/shop/release +SecureString +3 `,
		`/shop/release:2 +SecureString +2 `,
		secrets + payments + ` +SecureString +0 `,
	} {
		if !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("the table lacks %q", want)
		}
	}
	if lines := strings.Count(got, "\n"); lines != 1+1+endpoints+features+3+2 {
		t.Errorf("%d lines", lines)
	}
	if strings.Contains(got, mark) {
		t.Error("the table has a value")
	}
}

func TestAnArgumentThatCannotBeReadIsNamedAndKeepsNoOtherFromBeingPrinted(t *testing.T) {
	store := account(t)
	store.Put("/a/b", mark)
	store.Fault(ssmtest.Fault{Operation: ssmtest.GetParametersByPath, Name: "/denied", Code: "AccessDeniedException"})
	for argument, want := range map[string]string{
		"/missing":  `GetParameters "/missing": parameter not found`,
		"/missing/": `nothing lies below "/missing/"`,
		"/denied":   `GetParametersByPath "/denied": .*AccessDeniedException`,
		"/a/b:x-y!": `invalid version`,
		"a b":       `"a b": invalid parameter`,
	} {
		var out bytes.Buffer
		err := run(context.Background(), &out, []string{argument, "/a/b"})
		if err == nil || !regexp.MustCompile(want).MatchString(err.Error()) {
			t.Errorf("%s: the error is %v", argument, err)
		}
		if !strings.Contains(out.String(), "/a/b ") {
			t.Errorf("%s: the other is not printed: %q", argument, out.String())
		}
	}
}
