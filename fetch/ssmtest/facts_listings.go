package ssmtest

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

var recursive = ssm.GetParametersByPathInput{Recursive: aws.Bool(true)}

// listingFacts are about GetParametersByPath.
var listingFacts = []fact{
	{"a listing is of one level unless it is recursive", func(t *trial) {
		t.put("/a", "1")
		t.put("/b/c", "2")
		t.put("/b/d/e", "3")
		t.put("/f", "4")
		same(t, "one level", t.names(t.list("", ssm.GetParametersByPathInput{})), []string{"/a", "/f"})
		same(t, "recursive", t.names(t.list("", recursive)), []string{"/a", "/b/c", "/b/d/e", "/f"})
	}},
	{"a listing leaves out the parameter named as the path", func(t *trial) {
		t.put("/a", "1")
		t.put("/a/b", "2")
		same(t, "names", t.names(t.list("/a", recursive)), []string{"/a/b"})
	}},
	{"a path ends at a level", func(t *trial) {
		t.put("/a/x", "1")
		t.put("/ab/x", "2")
		t.put("/a-b/x", "3")
		same(t, "names", t.names(t.list("/a", recursive)), []string{"/a/x"})
	}},
	{"a listing of an unknown path is empty", func(t *trial) {
		same(t, "names", t.names(t.list("/none", recursive)), []string{})
	}},
	{"a path starts with a slash", func(t *trial) {
		_, err := t.peer.Client.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String("a/b")})
		t.refused("a/b", err, "ValidationException")
	}},
	{"a page of more than ten fails the call", func(t *trial) {
		t.refused("11", t.pageError(11), "ValidationException")
	}},
	{"a page of less than one fails the call", func(t *trial) {
		t.refused("0", t.pageError(0), "ValidationException")
		t.refused("-1", t.pageError(-1), "ValidationException")
	}},
	{"a page holds at most MaxResults, and ten without", func(t *trial) {
		for i := range 12 {
			t.put(fmt.Sprintf("/p%02d", i), "v")
		}
		for _, c := range []struct {
			asked *int32
			size  int
		}{{nil, 10}, {aws.Int32(3), 3}, {aws.Int32(10), 10}} {
			out, err := t.peer.Client.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String(t.base), MaxResults: c.asked})
			if err != nil {
				t.Fatal(err)
			}
			if len(out.Parameters) > c.size || aws.ToString(out.NextToken) == "" {
				t.Errorf("a page of at most %d: %d parameters, another page %t", c.size, len(out.Parameters), out.NextToken != nil)
			}
		}
	}},
	{"the pages of a listing give each parameter once", func(t *trial) {
		var want []string
		for i := range 23 {
			want = append(want, fmt.Sprintf("/p%02d", i))
			t.put(want[i], "v")
		}
		for _, size := range []int32{1, 7, 10} {
			same(t, fmt.Sprint("pages of ", size), t.names(t.list("", ssm.GetParametersByPathInput{MaxResults: aws.Int32(size)})), want)
		}
	}},
	{"a token that is none fails the call", func(t *trial) {
		t.put("/p", "v")
		_, err := t.peer.Client.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String(t.base), NextToken: aws.String("no-token")})
		t.refused("no-token", err, "InvalidNextToken")
	}},
	{"a listing shows the latest versions, without selectors", func(t *trial) {
		name := t.put("/p", "one")
		t.label(name, 1, "prod")
		t.put("/p", "two")
		got := t.list("", recursive)
		if len(got) != 1 {
			t.Fatalf("%d parameters", len(got))
		}
		same(t, "answer", shown(got[0]), name+" #2 two")
	}},
	{"a listing decrypts on demand", func(t *trial) {
		t.putSecure("/secure", "swordfish")
		for _, decrypt := range []bool{false, true} {
			out, err := t.peer.Client.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String(t.base), WithDecryption: aws.Bool(decrypt)})
			if err != nil {
				t.Fatal(err)
			}
			if len(out.Parameters) != 1 {
				t.Fatalf("%d parameters", len(out.Parameters))
			}
			same(t, "decrypted", *out.Parameters[0].Value == "swordfish", decrypt)
		}
	}},
	{"a listing has no secrets", func(t *trial) {
		t.secret("swordfish")
		out, err := t.peer.Client.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String("/aws/reference/secretsmanager"), Recursive: aws.Bool(true), WithDecryption: aws.Bool(true)})
		if err == nil && len(out.Parameters) > 0 {
			t.Errorf("%d parameters", len(out.Parameters))
		}
	}},
}

// filterFacts are about the filters of GetParametersByPath.
var filterFacts = []fact{
	{"filter Type selects by type", func(t *trial) {
		t.put("/text", "v")
		t.putSecure("/secure", "v")
		t.putParameter(Parameter{Name: t.base + "/list", Text: "a,b", Type: types.ParameterTypeStringList})
		same(t, "one", t.names(t.filtered("Type", "Equals", "SecureString")), []string{"/secure"})
		same(t, "two", t.names(t.filtered("Type", "Equals", "String", "StringList")), []string{"/list", "/text"})
		same(t, "no option", t.names(t.filtered("Type", "", "String")), []string{"/text"})
	}},
	{"filter KeyId selects by key, also by its beginning", func(t *trial) {
		t.put("/text", "v")
		t.putSecure("/secure", "v")
		t.putParameter(Parameter{Name: t.base + "/other", Text: "v", Type: types.ParameterTypeSecureString, KeyID: "alias/conformance"})
		same(t, "Equals", t.names(t.filtered("KeyId", "Equals", "alias/conformance")), []string{"/other"})
		same(t, "BeginsWith", t.names(t.filtered("KeyId", "BeginsWith", "alias/aws", "alias/conf")), []string{"/other", "/secure"})
	}},
	{"filter Label selects the labelled version", func(t *trial) {
		name := t.put("/p", "one")
		t.label(name, 1, "prod")
		t.put("/p", "two")
		t.put("/unlabelled", "v")
		got := t.filtered("Label", "Equals", "prod")
		if len(got) != 1 {
			t.Fatalf("%d parameters", len(got))
		}
		same(t, "name", *got[0].Name, name)
		same(t, "version", got[0].Version, 1)
		same(t, "value", *got[0].Value, "one")
	}},
	{"filters of several keys must all match", func(t *trial) {
		a, b := t.put("/a", "v"), t.putSecure("/b", "v")
		t.label(a, 1, "prod")
		t.label(b, 1, "prod")
		t.putSecure("/c", "v")
		got := t.list("", ssm.GetParametersByPathInput{ParameterFilters: []types.ParameterStringFilter{
			{Key: aws.String("Type"), Values: []string{"SecureString"}}, {Key: aws.String("Label"), Values: []string{"prod"}},
		}})
		same(t, "names", t.names(got), []string{"/b"})
	}},
	{"a filter's key is Type, KeyId or Label", func(t *trial) {
		t.refused("Name", t.filterError("Name", "Equals", "x"), "InvalidFilterKey")
		t.refused("Tier", t.filterError("Tier", "Equals", "Standard"), "InvalidFilterKey")
		t.refused("Nonsense", t.filterError("Nonsense", "Equals", "x"), "InvalidFilterKey", "ValidationException")
	}},
	{"a filter's option is Equals or BeginsWith", func(t *trial) {
		t.refused("Contains", t.filterError("KeyId", "Contains", "x"), "InvalidFilterOption")
		t.refused("OneLevel", t.filterError("Type", "OneLevel", "String"), "InvalidFilterOption")
	}},
	{"filter Label takes no BeginsWith", func(t *trial) {
		t.refused("BeginsWith", t.filterError("Label", "BeginsWith", "p"), "InvalidFilterOption")
	}},
	{"filter Type takes types only", func(t *trial) {
		t.refused("Text", t.filterError("Type", "Equals", "Text"), "InvalidFilterValue")
	}},
	{"a filter has a value", func(t *trial) {
		t.refused("none", t.filterError("KeyId", "Equals"), "InvalidFilterValue", "ValidationException")
	}},
	{"a filter has at most 50 values", func(t *trial) {
		var values []string
		for i := range 51 {
			values = append(values, fmt.Sprint("key-", i))
		}
		t.refused("51", t.filterError("KeyId", "Equals", values...), "InvalidFilterValue", "ValidationException")
	}},
}

// pageError is what a listing of so many a page fails with.
func (t *trial) pageError(size int32) error {
	_, err := t.peer.Client.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String(t.base), MaxResults: aws.Int32(size)})
	return err
}

// filtered is a recursive listing with one filter.
func (t *trial) filtered(key, option string, values ...string) []types.Parameter {
	t.Helper()
	return t.list("", ssm.GetParametersByPathInput{Recursive: aws.Bool(true), ParameterFilters: oneFilter(key, option, values)})
}

// filterError is what a listing with one filter fails with.
func (t *trial) filterError(key, option string, values ...string) error {
	_, err := t.peer.Client.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String(t.base), ParameterFilters: oneFilter(key, option, values)})
	return err
}

func oneFilter(key, option string, values []string) []types.ParameterStringFilter {
	f := types.ParameterStringFilter{Key: aws.String(key), Values: values}
	if option != "" {
		f.Option = aws.String(option)
	}
	return []types.ParameterStringFilter{f}
}
