package ssmtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// nextPage is the request of list, with a token.
func nextPage(path string, token *string) *ssm.GetParametersByPathInput {
	return &ssm.GetParametersByPathInput{Path: aws.String(path), Recursive: aws.Bool(true), WithDecryption: aws.Bool(true), NextToken: token}
}

// pageSizes pages a listing to its end.
func pageSizes(t *testing.T, store *ssmtest.Store, path string) (sizes []int) {
	t.Helper()
	var token *string
	for {
		out, err := store.Client().GetParametersByPath(t.Context(), nextPage(path, token))
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(out.Parameters))
		if token = out.NextToken; token == nil {
			return sizes
		}
	}
}

func TestPagesAreAsTold(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	for i := range 20 {
		store.Put(fmt.Sprintf("/a/%d", i), "v")
	}
	for _, c := range []struct {
		size, empty int
		want        string
	}{
		{0, 0, "[10 10]"},
		{8, 0, "[8 8 4]"},
		{100, 0, "[10 10]"},
		{10, 2, "[0 0 10 0 0 10]"},
		{-1, -1, "[10 10]"},
	} {
		store.SetPages(c.size, c.empty)
		if got := fmt.Sprint(pageSizes(t, store, "/a")); got != c.want {
			t.Errorf("SetPages(%d, %d): %s, want %s", c.size, c.empty, got, c.want)
		}
	}
	store.SetPages(0, 1)
	if got := fmt.Sprint(pageSizes(t, store, "/none")); got != "[0 0]" {
		t.Errorf("nothing to list: %s", got)
	}
}

func TestTokenBelongsToItsRequest(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	for i := range 11 {
		store.Put(fmt.Sprintf("/a/%d", i), "v")
		store.Put(fmt.Sprintf("/b/%d", i), "v")
	}
	page, err := list(t.Context(), store.Client(), "/a")
	if err != nil {
		t.Fatal(err)
	}
	other := nextPage("/a", page.NextToken)
	other.Recursive = nil
	for _, in := range []*ssm.GetParametersByPathInput{nextPage("/b", page.NextToken), other, nextPage("/a", aws.String(""))} {
		if _, err := store.Client().GetParametersByPath(t.Context(), in); code(err) != "InvalidNextToken" {
			t.Errorf("%s: %v", *in.Path, err)
		}
	}
}

func TestListingGoesOnWhenItsNextParameterIsDeleted(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	for i := range 15 {
		store.Put(fmt.Sprintf("/a/%02d", i), "v")
	}
	page, err := list(t.Context(), store.Client(), "/a")
	if err != nil {
		t.Fatal(err)
	}
	store.Delete("/a/10")
	store.Put("/a/105", "v")
	page, err = store.Client().GetParametersByPath(t.Context(), nextPage("/a", page.NextToken))
	if err != nil || len(page.Parameters) != 5 || *page.Parameters[0].Name != "/a/105" {
		t.Errorf("%d parameters, %v", len(page.Parameters), err)
	}
}

func TestOneLevelOfADeepTreeIsListedWithoutTheRest(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	for _, name := range []string{"/a/m", "/a/m/1", "/a/m/2/3", "/a/m-n", "/a/m.n", "/a/m0", "/a/z", "root"} {
		store.Put(name, "v")
	}
	for path, want := range map[string]string{"/a": "[/a/m /a/m-n /a/m.n /a/m0 /a/z]", "/a/m": "[/a/m/1]", "/": "[root]"} {
		out, err := store.Client().GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String(path)})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, p := range out.Parameters {
			names = append(names, *p.Name)
		}
		if fmt.Sprint(names) != want {
			t.Errorf("%s: %v, want %s", path, names, want)
		}
	}
}

func BenchmarkListing(b *testing.B) {
	store := ssmtest.New(ssmtest.Config{})
	for i := range 100_000 {
		store.Put(fmt.Sprintf("/a/%d/%d", i%100, i), "v")
	}
	page, err := list(b.Context(), store.Client(), "/")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := store.Client().GetParametersByPath(b.Context(), nextPage("/", page.NextToken)); err != nil {
			b.Fatal(err)
		}
	}
}

func TestFilterValuesAreCountedInCharacters(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	for length, want := range map[int]string{1024: "", 1025: "ValidationException"} {
		in := nextPage("/", nil)
		in.ParameterFilters = []types.ParameterStringFilter{{Key: aws.String("KeyId"), Values: []string{strings.Repeat("é", length)}}}
		if _, err := store.Client().GetParametersByPath(t.Context(), in); code(err) != want {
			t.Errorf("%d characters: %v", length, err)
		}
	}
}
