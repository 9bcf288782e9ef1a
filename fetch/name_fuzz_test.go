package fetch_test

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
)

// What the names, selectors and paths of Parameter Store look like, said once
// more in another way.
var (
	plainName  = regexp.MustCompile(`^(?:[\w.-]+|(?:/[\w.-]+){1,15})$`)
	arnName    = regexp.MustCompile(`^(arn:[\w.-]+:ssm:[\w.-]+:\d*:parameter(?:/[\w.-]+){1,15})(?::(.*))?$`)
	manyColons = regexp.MustCompile(`(?s)^arn:.*:`)
	label      = regexp.MustCompile(`^[A-Za-z_.-][\w.-]{0,99}$`)
	reserved   = regexp.MustCompile(`^(?i:aws|ssm)`)
	secretName = regexp.MustCompile(`^[\w.\-/+=@]{1,512}$`)
	stage      = regexp.MustCompile(`^[\w.-]{1,256}$`)
	pathName   = regexp.MustCompile(`^(?:/[\w.-]+){0,15}/?$`)
)

func isSelector(s string) bool {
	if number, err := strconv.ParseUint(s, 10, 63); err == nil {
		return number > 0 && s == strconv.FormatUint(number, 10)
	}
	return label.MatchString(s) && !reserved.MatchString(s)
}

func isName(s string) bool {
	if rest, ok := strings.CutPrefix(s, reference); ok {
		return isSecret(rest)
	}
	if manyColons.MatchString(s) {
		parts := arnName.FindStringSubmatch(s)
		return parts != nil && len(parts[1]) <= 1011 && (parts[1] == s || isSelector(parts[2]))
	}
	base, selector, selected := strings.Cut(s, ":")
	return plainName.MatchString(base) && len(base) <= 1011 && (!selected || isSelector(selector))
}

func isSecret(s string) bool {
	base, selector, selected := strings.Cut(s, ":")
	return secretName.MatchString(base) && !strings.HasPrefix(s, "arn:") && (!selected || stage.MatchString(selector))
}

// oneOf reports whether err matches exactly one of the errors.
func oneOf(err error, targets ...error) bool {
	n := 0
	for _, target := range targets {
		if errors.Is(err, target) {
			n++
		}
	}
	return n == 1
}

func FuzzName(f *testing.F) {
	for _, s := range []string{
		"", "p", "/p", "p:1", "p:live", "/a/b:0", "p:", ":1", "a/b", "//", "/a/", "arn", "arn:2", "arn:aws", "arn::", levels(15), levels(16),
		arn + "/a", arn + "/a:3", arn + "/a:awsx", arn + levels(16), "arn:aws-cn:ssm:cn-north-1::parameter/aws/x", "arn:aws:secretsmanager:r:1:secret:x",
		reference + "db", reference + "/db:AWSCURRENT", reference, reference + "arn:x", "p:9223372036854775808", "p:١", "é", "a\xff", "p:1\n",
	} {
		f.Add(s)
	}
	base, err := fetch.ParseBasePath("/app")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := fetch.ParseName(s)
		if (err == nil) != isName(s) {
			t.Fatalf("%q: %v", s, err)
		}
		if err == nil && name.String() != s || err != nil && name != (fetch.Name{}) {
			t.Fatalf("%q became %q", s, name)
		}
		if err != nil && !oneOf(err, fetch.ErrInvalidParameter, fetch.ErrInvalidVersion, fetch.ErrInvalidPath) {
			t.Fatalf("%q: %v", s, err)
		}
		full := "/app" + s
		if manyColons.MatchString(s) || strings.HasPrefix(s, reference) {
			full = s
		}
		based, err := fetch.ParseNameIn(base, s)
		if want := isName(full) && (s == full || strings.HasPrefix(s, "/")); (err == nil) != want || err == nil && based.String() != full {
			t.Fatalf("%q in a base path: %q, %v", s, based, err)
		}
		if err != nil && !oneOf(err, fetch.ErrInvalidParameter, fetch.ErrInvalidVersion, fetch.ErrInvalidPath) {
			t.Fatalf("%q in a base path: %v", s, err)
		}
	})
}

func FuzzSelector(f *testing.F) {
	for _, s := range []string{"", "1", "0", "01", "-1", "+1", "1_0", "0x1", "9223372036854775807", "9223372036854775808", "live", "l.i-v_e", "awsome", "sSm", "1a", "a:b", "ä", strings.Repeat("l", 101)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, base := range []string{"p", "/a/b", arn + "/a"} {
			name, err := fetch.ParseName(base + ":" + s)
			if (err == nil) != isSelector(s) {
				t.Fatalf("%q: %v", s, err)
			}
			if err != nil {
				if !errors.Is(err, fetch.ErrInvalidVersion) {
					t.Fatalf("%q: %v", s, err)
				}
				continue
			}
			// An answer is recognised by the same selector, and by no other.
			answered := strings.TrimPrefix(base, arn)
			ask := []fetch.Ask{{Name: name}}
			for _, selector := range []string{s, s + "x"} {
				answer := item(answered, selector, "x", 0)
				answer.ARN = aws.String(arn + "/a")
				res := newFetcher(answering([]types.Parameter{answer})).Fetch(t.Context(), fetch.Request{Names: ask})
				if found := res.Names[0].Class == fetch.Found; found != (selector == s) {
					t.Fatalf("%s answered with selector %q: found is %t", name, selector, found)
				}
			}
		}
	})
}

func FuzzSecret(f *testing.F) {
	for _, s := range []string{"", "db", "/db", "prod/db:AWSCURRENT", "a+b=c@d", "db:", "db:a:b", "db:é", "arn:aws:secretsmanager:r:1:secret:x", reference, reference + "db", reference + "/db", strings.Repeat("x", 513), "x:" + strings.Repeat("s", 257)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rest, prefixed := strings.CutPrefix(s, reference)
		want := isSecret(rest) && (prefixed || !strings.HasPrefix(s, "/"))
		name, err := fetch.ParseSecret(s)
		if (err == nil) != want {
			t.Fatalf("%q: %v", s, err)
		}
		if err != nil {
			if !oneOf(err, fetch.ErrInvalidParameter, fetch.ErrInvalidVersion) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if name.String() != reference+rest || !name.IsSecret() {
			t.Fatalf("%q became %q", s, name)
		}
		if again, err := fetch.ParseName(name.String()); err != nil || again != name {
			t.Fatalf("%q as a name: %q, %v", s, again, err)
		}
	})
}

// isPath reports whether a path can be listed, or can go before one.
func isPath(s string) bool {
	return s != "" && len(s) <= 1011 && pathName.MatchString(s)
}

func FuzzPathAndFilter(f *testing.F) {
	f.Add("", "/", "Type", "", "String", 1)
	f.Add("/app", "/db/", "Label", "Equals", "live", 50)
	f.Add("/app/", "/", "Type", "BeginsWith", "S", 51)
	f.Add("/", "/a", "KeyId", "BeginsWith", strings.Repeat("é", 1024), 2)
	f.Add(levels(10), levels(5), "Label", "BeginsWith", "l", 1)
	f.Add(levels(10), levels(6), "Name", "Contains", "", 0)
	f.Add("app", "//", "KeyId", "", "\xff", 1)
	f.Add("/aws/reference", "/secretsmanager/x", "KeyId", "", "k", 1)
	f.Fuzz(func(t *testing.T, prefix, s, key, option, value string, values int) {
		base, err := fetch.ParseBasePath(prefix)
		if (err == nil) != (prefix == "" || isPath(prefix)) || err != nil && !errors.Is(err, fetch.ErrInvalidPath) {
			t.Fatalf("base path %q: %v", prefix, err)
		}
		if err != nil {
			return
		}
		full := strings.TrimSuffix(prefix, "/") + s
		trimmed := strings.TrimSuffix(full, "/")
		path, err := fetch.ParsePath(base, s, false, nil)
		if (err == nil) != (isPath(s) && isPath(full) && !strings.HasPrefix(trimmed+"/", reference)) {
			t.Fatalf("%q in %q: %v", s, prefix, err)
		}
		if err != nil {
			if !errors.Is(err, fetch.ErrInvalidPath) {
				t.Fatalf("%q in %q: %v", s, prefix, err)
			}
			return
		}
		if want := max(trimmed, "/"); path.String() != want || !path.Contains(trimmed+"/x") || trimmed != "" && (path.Contains(trimmed) || path.Contains(trimmed+"x/y")) {
			t.Fatalf("%q in %q became %q", s, prefix, path)
		}

		filter := fetch.Filter{Key: key, Option: option, Values: make([]string, min(max(values, 0), 60))}
		for i := range filter.Values {
			filter.Values[i] = value
		}
		filtered, err := fetch.ParsePath(base, s, false, []fetch.Filter{filter})
		if (err == nil) != isFilter(filter) || err != nil && !errors.Is(err, fetch.ErrInvalidFilter) {
			t.Fatalf("filter %q: %v", filter, err)
		}
		if err == nil && (filtered.Key() == path.Key() || filtered.HasLabel() != (key == "Label")) {
			t.Fatalf("filter %q makes no difference", filter)
		}
	})
}

func isFilter(f fetch.Filter) bool {
	exact := f.Option == "" || f.Option == "Equals"
	if !exact && (f.Option != "BeginsWith" || f.Key == "Label") || len(f.Values) < 1 || len(f.Values) > 50 {
		return false
	}
	value := f.Values[0] // the others are equal
	if n := utf8.RuneCountInString(value); n < 1 || n > 1024 {
		return false
	}
	switch f.Key {
	case "KeyId", "Label":
		return true
	case "Type":
		return value == "String" || value == "StringList" || value == "SecureString" ||
			!exact && (strings.HasPrefix("StringList", value) || strings.HasPrefix("SecureString", value))
	}
	return false
}

func FuzzStrings(f *testing.F) {
	for _, s := range []string{"", ",", "a,b", `a\,b`, "a\x00,\xff", " a , b "} {
		f.Add(s, "StringList")
		f.Add(s, "String")
	}
	f.Fuzz(func(t *testing.T, text, kind string) {
		of := func(text string) fetch.Parameter {
			return fetch.NewParameter(types.Parameter{Type: types.ParameterType(kind), Value: &text}, started)
		}
		got, err := of(text).Strings()
		if kind == "StringList" {
			if err != nil || strings.Join(got, ",") != text || len(got) != strings.Count(text, ",")+1 {
				t.Fatalf("%q: %q, %v", text, got, err)
			}
			return
		}
		_, other := of("another").Strings()
		if err == nil || other == nil || err.Error() != other.Error() || got != nil {
			t.Fatalf("the error of %q depends on the value: %v", text, err)
		}
	})
}
