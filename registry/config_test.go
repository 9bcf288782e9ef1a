package registry_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/registry"
)

// Rules 1, 3, 4 and 11, as far as they are told before any call.

func TestBadNamesPathsAndFiltersAreRefusedBeforeAnyCall(t *testing.T) {
	l := open(t, registry.Config{})
	plain := l.group(registry.GroupConfig{})
	based := l.group(registry.GroupConfig{BasePath: "/app"})
	raw := l.group(registry.GroupConfig{NoDecryption: true})
	parameter := func(g *registry.Group, name string) func() error {
		return func() error { _, err := g.Parameter(name); return err }
	}
	secret := func(name string) func() error {
		return func() error { _, err := plain.Secret(name); return err }
	}
	list := func(g *registry.Group, path string, filters ...fetch.Filter) func() error {
		return func() error {
			_, err := g.Parameters(t.Context(), path, registry.PathOptions{Filters: filters})
			return err
		}
	}
	for what, c := range map[string]struct {
		try  func() error
		want error
		says string
	}{
		"empty name":                {parameter(plain, ""), fetch.ErrInvalidParameter, `""`},
		"blank":                     {parameter(plain, "/a b"), fetch.ErrInvalidParameter, "/a b"},
		"levels without a slash":    {parameter(plain, "a/b"), fetch.ErrInvalidParameter, "a/b"},
		"empty level":               {parameter(plain, "/a//b"), fetch.ErrInvalidParameter, "/a//b"},
		"slash at the end":          {parameter(plain, "/a/"), fetch.ErrInvalidParameter, "/a/"},
		"16 levels":                 {parameter(plain, strings.Repeat("/a", 16)), fetch.ErrInvalidParameter, "15 levels"},
		"long name":                 {parameter(plain, "/"+strings.Repeat("a", 1011)), fetch.ErrInvalidParameter, "1011"},
		"ARN of another service":    {parameter(plain, "arn:aws:s3:us-east-1:123456789012:parameter/a"), fetch.ErrInvalidParameter, "arn:aws:s3"},
		"empty selector":            {parameter(plain, "/a:"), fetch.ErrInvalidVersion, "/a:"},
		"version 0":                 {parameter(plain, "/a:0"), fetch.ErrInvalidVersion, "/a:0"},
		"label that starts with 1":  {parameter(plain, "/a:1st"), fetch.ErrInvalidVersion, "1st"},
		"label with aws":            {parameter(plain, "/a:awsome"), fetch.ErrInvalidVersion, "awsome"},
		"two selectors":             {parameter(plain, "/a:1:2"), fetch.ErrInvalidVersion, "1:2"},
		"no slash under a base":     {parameter(based, "a"), fetch.ErrInvalidPath, `"a"`},
		"secret's empty name":       {secret(""), fetch.ErrInvalidParameter, `""`},
		"secret with a slash":       {secret("/db"), fetch.ErrInvalidParameter, "/db"},
		"secret's ARN":              {secret("arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"), fetch.ErrInvalidParameter, "secretsmanager"},
		"secret's alphabet":         {secret("d b"), fetch.ErrInvalidParameter, "d b"},
		"long secret":               {secret(strings.Repeat("a", 513)), fetch.ErrInvalidParameter, "512"},
		"secret's stage":            {secret("db:A B"), fetch.ErrInvalidVersion, "A B"},
		"secret by reference":       {parameter(plain, "/aws/reference/secretsmanager/"), fetch.ErrInvalidParameter, "empty"},
		"secret without decryption": {func() error { _, err := raw.Secret("db"); return err }, fetch.ErrInvalidParameter, "NoDecryption"},
		"reference without decryption": {
			parameter(raw, "/aws/reference/secretsmanager/db"), fetch.ErrInvalidParameter, "NoDecryption",
		},
		"single secret without decryption": {
			func() error { _, err := l.Secret("db", registry.GroupConfig{NoDecryption: true}); return err },
			fetch.ErrInvalidParameter, "NoDecryption",
		},
		"path without a slash":   {list(plain, "a"), fetch.ErrInvalidPath, `"a"`},
		"empty path":             {list(plain, ""), fetch.ErrInvalidPath, `""`},
		"path under a base":      {list(based, "a"), fetch.ErrInvalidPath, `"a"`},
		"path with a blank":      {list(plain, "/a b"), fetch.ErrInvalidPath, "/a b"},
		"filter's key":           {list(plain, "/a", fetch.Filter{Key: "Name", Values: []string{"x"}}), fetch.ErrInvalidFilter, "Name"},
		"filter's option":        {list(plain, "/a", fetch.KeyIDFilter("Contains", "x")), fetch.ErrInvalidFilter, "Contains"},
		"label that begins with": {list(plain, "/a", fetch.Filter{Key: "Label", Option: "BeginsWith", Values: []string{"x"}}), fetch.ErrInvalidFilter, "BeginsWith"},
		"filter of no value":     {list(plain, "/a", fetch.LabelFilter()), fetch.ErrInvalidFilter, "0 values"},
		"filter of 51 values":    {list(plain, "/a", fetch.LabelFilter(make([]string, 51)...)), fetch.ErrInvalidFilter, "51 values"},
		"filter of no type":      {list(plain, "/a", fetch.TypeFilter(types.ParameterType("Text"))), fetch.ErrInvalidFilter, "Text"},
		"second filter":          {list(plain, "/a", fetch.LabelFilter("x"), fetch.LabelFilter("")), fetch.ErrInvalidFilter, "filter 2"},
	} {
		if err := c.try(); !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got error %v, want %v that says %q", what, err, c.want, c.says)
		}
	}
	for _, g := range []*registry.Group{plain, based, raw} {
		if g.Len() != 0 {
			t.Errorf("a bad name is in the group: %q", namesOf(g.Handles()))
		}
	}
	l.calls(0)
}

func TestBadGroupConfigIsRefusedByFieldName(t *testing.T) {
	l := open(t, registry.Config{})
	l.group(registry.GroupConfig{Name: "taken"})
	for what, c := range map[string]struct {
		cfg  registry.GroupConfig
		says []string
	}{
		"base path without a slash": {registry.GroupConfig{BasePath: "app"}, []string{"GroupConfig.BasePath", "app"}},
		"base path with a blank":    {registry.GroupConfig{BasePath: "/a b"}, []string{"GroupConfig.BasePath", "/a b"}},
		"negative MaxAge":           {registry.GroupConfig{MaxAge: -time.Minute}, []string{"GroupConfig.MaxAge", "-1m0s"}},
		"MaxAge without a unit":     {registry.GroupConfig{MaxAge: 300}, []string{"GroupConfig.MaxAge", "300ns", "unit"}},
		"MaxAge below a second":     {registry.GroupConfig{MaxAge: time.Second - 1}, []string{"GroupConfig.MaxAge", "unit"}},
		"mode":                      {registry.GroupConfig{Mode: 3}, []string{"GroupConfig.Mode", "RefreshMode(3)"}},
		"negative mode":             {registry.GroupConfig{Mode: -1}, []string{"GroupConfig.Mode", "RefreshMode(-1)"}},
		"name in use":               {registry.GroupConfig{Name: "taken"}, []string{"GroupConfig.Name", "taken"}},
		"three mistakes": {
			registry.GroupConfig{BasePath: "app", MaxAge: -1, Mode: 7},
			[]string{"GroupConfig.BasePath", "GroupConfig.MaxAge", "GroupConfig.Mode"},
		},
		"a name in use and another mistake": {
			registry.GroupConfig{Name: "taken", MaxAge: -1}, []string{"GroupConfig.Name", "GroupConfig.MaxAge"},
		},
	} {
		_, groupErr := l.Registry.Group(c.cfg)
		_, parameterErr := l.Parameter("/a", c.cfg)
		_, secretErr := l.Secret("a", c.cfg)
		for i, err := range []error{groupErr, parameterErr, secretErr} {
			if err == nil {
				t.Errorf("%s, %d: no error", what, i)
				continue
			}
			for _, word := range c.says {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%s, %d: %v; it does not say %q", what, i, err, word)
				}
			}
		}
		if c.cfg.BasePath != "" && !errors.Is(groupErr, fetch.ErrInvalidPath) {
			t.Errorf("%s: %v is not ErrInvalidPath", what, groupErr)
		}
	}
	l.calls(0)
}

func TestBadConfigIsRefusedByFieldNameAllMistakesAtOnce(t *testing.T) {
	_, err := registry.Open(t.Context(), registry.Config{MaxInFlight: -1, FetchTimeout: -time.Second})
	for _, word := range []string{"Config.MaxInFlight", "-1", "Config.FetchTimeout", "-1s"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%v; it does not say %q", err, word)
		}
	}
	if _, err := registry.Open(t.Context(), registry.Config{FetchTimeout: 10}); err == nil || !strings.Contains(err.Error(), "unit") {
		t.Errorf("a FetchTimeout without a unit: %v", err)
	}
}

func TestSmallestMaxAgeIsOneSecondAndMaxStaleMayBeNegative(t *testing.T) {
	l := open(t, registry.Config{})
	l.group(registry.GroupConfig{MaxAge: time.Second, MaxStale: -1})
}

func TestGroupWithoutANameGetsOneThatIsFree(t *testing.T) {
	l := open(t, registry.Config{})
	names := map[string]bool{"": true}
	l.group(registry.GroupConfig{Name: "group-2"})
	names["group-2"] = true
	for range 5 {
		g := l.group(registry.GroupConfig{})
		if names[g.Name()] {
			t.Errorf("the name %q is given twice", g.Name())
		}
		names[g.Name()] = true
	}
	if g := l.group(registry.GroupConfig{Name: "mine"}); g.Name() != "mine" {
		t.Errorf("the group is called %q", g.Name())
	}
}

func TestRefreshModeIsCalledAsItsConstant(t *testing.T) {
	for mode, name := range map[registry.RefreshMode]string{
		registry.RefreshAuto: "RefreshAuto", registry.RefreshAhead: "RefreshAhead", registry.RefreshOnRead: "RefreshOnRead", 9: "RefreshMode(9)",
	} {
		if mode.String() != name {
			t.Errorf("%s is called %v", name, mode)
		}
	}
	if (registry.GroupConfig{}).Mode != registry.RefreshAuto {
		t.Error("the zero mode is not RefreshAuto")
	}
}
