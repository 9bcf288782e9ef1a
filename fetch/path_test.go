package fetch_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
)

func TestAPathIsPutBehindTheBasePath(t *testing.T) {
	for _, c := range [][3]string{
		{"", "/", "/"},
		{"", "/a", "/a"},
		{"", "/a/b/", "/a/b"},
		{"/app", "/", "/app"},
		{"/app/", "/db/", "/app/db"},
		{"/", "/db", "/db"},
		{"/", "/", "/"},
		{"", levels(15), levels(15)},
	} {
		base, err := fetch.ParseBasePath(c[0])
		if err != nil {
			t.Fatal(err)
		}
		path, err := fetch.ParsePath(base, c[1], false, nil)
		if err != nil || path.String() != c[2] {
			t.Errorf("%q in %q: %q, %v", c[1], c[0], path, err)
		}
	}
}

func TestAMalformedPathIsAnInvalidPath(t *testing.T) {
	for _, s := range []string{"a", "a/b", "//", "/a//b", "/a//", "/a b", "/a:1", "/é", levels(16), "/" + strings.Repeat("x", 1011)} {
		if _, err := fetch.ParsePath(fetch.BasePath{}, s, false, nil); !errors.Is(err, fetch.ErrInvalidPath) {
			t.Errorf("path %q: %v", s, err)
		}
		if _, err := fetch.ParseBasePath(s); !errors.Is(err, fetch.ErrInvalidPath) {
			t.Errorf("base path %q: %v", s, err)
		}
	}
	if _, err := fetch.ParsePath(fetch.BasePath{}, "", false, nil); !errors.Is(err, fetch.ErrInvalidPath) {
		t.Errorf("the empty path: %v", err)
	}
	base, err := fetch.ParseBasePath(levels(10))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fetch.ParsePath(base, levels(6), false, nil); !errors.Is(err, fetch.ErrInvalidPath) {
		t.Errorf("too deep behind the base path: %v", err)
	}
}

func TestSecretsCannotBeListed(t *testing.T) {
	for _, s := range []string{"/aws/reference/secretsmanager", "/aws/reference/secretsmanager/", "/aws/reference/secretsmanager/a"} {
		if _, err := fetch.ParsePath(fetch.BasePath{}, s, false, nil); !errors.Is(err, fetch.ErrInvalidPath) {
			t.Errorf("%q: %v", s, err)
		}
	}
	if _, err := fetch.ParsePath(fetch.BasePath{}, "/aws/reference/secretsmanagerx", false, nil); err != nil {
		t.Error(err)
	}
}

func TestTwoPathsShareAKeyExactlyIfTheyAskForTheSame(t *testing.T) {
	key := func(s string, oneLevel bool, filters ...fetch.Filter) string {
		path, err := fetch.ParsePath(fetch.BasePath{}, s, oneLevel, filters)
		if err != nil {
			t.Fatal(err)
		}
		return path.Key()
	}
	equal(t, "a trailing slash", key("/a/", false), key("/a", false))
	equal(t, "Equals and none", key("/a", false, fetch.Filter{Key: "KeyId", Values: []string{"k"}}), key("/a", false, fetch.KeyIDFilter("Equals", "k")))
	different := []string{
		key("/", false), key("/a", false), key("/a", true), key("/b", false),
		key("/a", false, fetch.LabelFilter("x")), key("/a", false, fetch.LabelFilter("x", "y")), key("/a", false, fetch.LabelFilter("x y")),
		key("/a", false, fetch.KeyIDFilter("", "x")), key("/a", false, fetch.KeyIDFilter("BeginsWith", "x")),
		key("/a", false, fetch.LabelFilter("x"), fetch.KeyIDFilter("", "x")),
	}
	slices.Sort(different)
	equal(t, "different keys", len(slices.Compact(slices.Clone(different))), len(different))
}

func TestOnlyALabelFilterMakesAListingShowLabels(t *testing.T) {
	for _, c := range []struct {
		want    bool
		filters []fetch.Filter
	}{
		{false, nil},
		{false, []fetch.Filter{fetch.TypeFilter("String")}},
		{true, []fetch.Filter{fetch.TypeFilter("String"), fetch.LabelFilter("live")}},
	} {
		path, err := fetch.ParsePath(fetch.BasePath{}, "/", false, c.filters)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, fmt.Sprint(c.filters), path.HasLabel(), c.want)
	}
}

func TestAGoodFilterIsAccepted(t *testing.T) {
	for _, f := range []fetch.Filter{
		fetch.TypeFilter(types.ParameterTypeString, types.ParameterTypeStringList, types.ParameterTypeSecureString),
		{Key: "Type", Option: "BeginsWith", Values: []string{"Str", "S", "SecureString"}},
		fetch.KeyIDFilter("", "alias/aws/ssm"),
		fetch.KeyIDFilter("BeginsWith", "alias/"),
		fetch.LabelFilter("prod"),
		fetch.LabelFilter(slices.Repeat([]string{"l"}, 50)...),
		fetch.KeyIDFilter("", strings.Repeat("é", 1024)),
	} {
		if _, err := fetch.ParsePath(fetch.BasePath{}, "/", false, []fetch.Filter{f}); err != nil {
			t.Errorf("%s %s: %v", f.Key, f.Option, err)
		}
	}
}

func TestABadFilterIsRefusedBeforeTheCall(t *testing.T) {
	for name, f := range map[string]fetch.Filter{
		"no key":             {Values: []string{"x"}},
		"unknown key":        {Key: "Name", Values: []string{"x"}},
		"key in small":       {Key: "type", Values: []string{"String"}},
		"unknown option":     {Key: "KeyId", Option: "Contains", Values: []string{"x"}},
		"label begins with":  {Key: "Label", Option: "BeginsWith", Values: []string{"x"}},
		"no value":           fetch.LabelFilter(),
		"51 values":          fetch.LabelFilter(slices.Repeat([]string{"l"}, 51)...),
		"empty value":        fetch.KeyIDFilter("", "k", ""),
		"1025 characters":    fetch.KeyIDFilter("", strings.Repeat("x", 1025)),
		"unknown type":       fetch.TypeFilter("Text"),
		"a type's beginning": fetch.TypeFilter("Str"),
		"not its beginning":  {Key: "Type", Option: "BeginsWith", Values: []string{"tring"}},
	} {
		good := fetch.LabelFilter("x")
		_, err := fetch.ParsePath(fetch.BasePath{}, "/", false, []fetch.Filter{good, f})
		if !errors.Is(err, fetch.ErrInvalidFilter) || !strings.Contains(fmt.Sprint(err), "filter 2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPathKeepsNothingOfItsCallersFilters(t *testing.T) {
	labels := []string{"prod"}
	given := []fetch.Filter{fetch.LabelFilter(labels...), {Key: "KeyId", Values: []string{"k"}}}
	path, err := fetch.ParsePath(fetch.BasePath{}, "/", false, given)
	if err != nil {
		t.Fatal(err)
	}
	key := path.Key()
	labels[0], given[1].Values[0] = "other", "other"
	equal(t, "key", path.Key(), key)
	equal(t, "the caller's option", given[1].Option, "")
	again, err := fetch.ParsePath(fetch.BasePath{}, "/", false, []fetch.Filter{fetch.LabelFilter("prod"), fetch.KeyIDFilter("", "k")})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "key of the same again", again.Key(), key)
}

func TestAPathContainsWhatItsListingMayHave(t *testing.T) {
	for _, c := range []struct {
		path     string
		oneLevel bool
		name     string
		want     bool
	}{
		{"/", false, "p", true},
		{"/", true, "p", true},
		{"/", true, "/p", true},
		{"/", true, "/p/q", false},
		{"/", false, "/p/q", true},
		{"/", false, "", false},
		{"/", false, "/", false},
		{"/a", true, "/a/b", true},
		{"/a", true, "/a/b/c", false},
		{"/a", false, "/a/b/c", true},
		{"/a", false, "/a", false},
		{"/a", false, "/a/", false},
		{"/a", false, "/ab", false},
		{"/a", false, "a/b", false},
	} {
		p, err := fetch.ParsePath(fetch.BasePath{}, c.path, c.oneLevel, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Contains(c.name); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
}
