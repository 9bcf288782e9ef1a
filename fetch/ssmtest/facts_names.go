package ssmtest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
)

// nameFacts are about GetParameters and what it does with names.
var nameFacts = []fact{
	{"a call takes ten names", func(t *trial) {
		var names []string
		for i := range 10 {
			names = append(names, t.put(fmt.Sprintf("/p%d", i), "v"))
		}
		same(t, "parameters", len(t.get(names...).Parameters), 10)
	}},
	{"a call of eleven names fails", func(t *trial) {
		var names []string
		for i := range 11 {
			names = append(names, fmt.Sprintf("%s/p%d", t.base, i))
		}
		_, err := t.ask(names...)
		t.refused("eleven names", err, "ValidationException")
	}},
	{"a call of no name fails", func(t *trial) {
		_, err := t.ask([]string{}...)
		if err == nil {
			t.Error("no name: no error")
		}
	}},
	{"an empty name fails the call", func(t *trial) {
		_, err := t.ask(t.put("/p", "v"), "")
		t.refused("an empty name", err, "ValidationException")
	}},
	{"a name of more than 2048 characters fails the call", func(t *trial) {
		_, err := t.ask("/" + strings.Repeat("x", 2048))
		t.refused("a long name", err, "ValidationException")
	}},
	{"an unknown name is invalid alone, spelled as asked", func(t *trial) {
		p := t.put("/p", "v")
		out := t.get(t.base+"/none", p, t.base+"/None")
		same(t, "parameters", t.names(out.Parameters), []string{"/p"})
		if len(out.InvalidParameters) != 2 {
			t.Fatalf("invalid: %q", out.InvalidParameters)
		}
		for _, name := range out.InvalidParameters {
			if name != t.base+"/none" && name != t.base+"/None" {
				t.Errorf("invalid: %q", name)
			}
		}
	}},
	{"InvalidParameters is present when there are none", func(t *trial) {
		if invalid := t.get(t.put("/p", "v")).InvalidParameters; invalid == nil || len(invalid) > 0 {
			t.Errorf("got %#v, want a list of none", invalid)
		}
	}},
	{"the answer is in alphabetical order", func(t *trial) {
		c, a, b := t.put("/c", "3"), t.put("/a", "1"), t.put("/b", "2")
		same(t, "names", t.names(t.get(c, a, b).Parameters), []string{"/a", "/b", "/c"})
	}},
	{"a malformed name fails the call, with a text that misleads", func(t *trial) {
		p := t.put("/p", "v")
		for _, name := range []string{t.base + "/in ner", "a/b", t.base + "//b"} {
			_, err := t.ask(p, name)
			t.refused(name, err, "ValidationException")
			var api smithy.APIError
			if errors.As(err, &api) && !strings.Contains(api.ErrorMessage(), `can't be prefixed with "ssm"`) {
				t.Errorf("%s: the text is %q", name, api.ErrorMessage())
			}
		}
	}},
	{"names are case sensitive", func(t *trial) {
		t.put("/p", "lower")
		t.put("/P", "upper")
		same(t, "/p", *t.one(t.base + "/p").Value, "lower")
		same(t, "/P", *t.one(t.base + "/P").Value, "upper")
	}},
	{"blanks around a name are trimmed", func(t *trial) {
		p := t.put("/p", "v")
		same(t, "name", *t.one("  " + p + " ").Name, p)
	}},
	{"at the root p and /p are one parameter", func(t *trial) {
		t.putParameter(Parameter{Name: t.root, Text: "v"})
		same(t, "p", *t.one(t.root).Value, "v")
		same(t, "/p", *t.one("/" + t.root).Value, "v")
	}},
	{"at the root a parameter is named as asked", func(t *trial) {
		t.putParameter(Parameter{Name: t.root, Text: "v"})
		same(t, "p", *t.one(t.root).Name, t.root)
		same(t, "/p", *t.one("/" + t.root).Name, "/"+t.root)
	}},
	{"an ARN stands as a name, and the answer has the plain name", func(t *trial) {
		name := t.put("/p", "v")
		arn := *t.one(name).ARN
		p := t.one(arn)
		same(t, "name", *p.Name, name)
		same(t, "ARN", *p.ARN, arn)
		if p.Selector != nil {
			t.Errorf("selector %q", *p.Selector)
		}
	}},
	{"an ARN takes a version", func(t *trial) {
		name := t.put("/p", "one")
		t.put("/p", "two")
		arn := *t.one(name).ARN
		p := t.one(arn + ":1")
		same(t, "answer", shown(p), name+" #1 one")
		same(t, "ARN", *p.ARN, arn)
	}},
	{"an unknown ARN is invalid alone, spelled as asked", func(t *trial) {
		arn := *t.one(t.put("/p", "v")).ARN + "/none"
		same(t, "invalid", t.get(arn).InvalidParameters, []string{arn})
	}},
	{"an ARN ends in the name", func(t *trial) {
		p := t.one(t.put("/a/p", "v"))
		if arn := aws.ToString(p.ARN); !strings.HasPrefix(arn, "arn:") || !strings.HasSuffix(arn, ":parameter"+*p.Name) {
			t.Errorf("the ARN of %s is %s", *p.Name, arn)
		}
	}},
	{"an answer says type, data type and time", func(t *trial) {
		p := t.one(t.put("/p", "v"))
		same(t, "type", p.Type, types.ParameterTypeString)
		same(t, "data type", aws.ToString(p.DataType), "text")
		if p.LastModifiedDate == nil || p.LastModifiedDate.IsZero() {
			t.Error("no time")
		}
	}},
	{"decryption is ignored but for a SecureString", func(t *trial) {
		text := t.put("/text", "plain")
		list := t.putParameter(Parameter{Name: t.base + "/list", Text: "a,b,c", Type: types.ParameterTypeStringList})
		secure := t.putSecure("/secure", "swordfish")
		for _, decrypt := range []*bool{nil, aws.Bool(false), aws.Bool(true)} {
			out, err := t.peer.Client.GetParameters(t.Context(), &ssm.GetParametersInput{Names: []string{text, list, secure}, WithDecryption: decrypt})
			if err != nil {
				t.Fatal(err)
			}
			byName := map[string]types.Parameter{}
			for _, p := range out.Parameters {
				byName[*p.Name] = p
			}
			same(t, "String", *byName[text].Value, "plain")
			same(t, "StringList", *byName[list].Value, "a,b,c")
			same(t, "type", byName[list].Type, types.ParameterTypeStringList)
			same(t, "type", byName[secure].Type, types.ParameterTypeSecureString)
			same(t, "decrypted", *byName[secure].Value == "swordfish", aws.ToBool(decrypt))
		}
	}},
	{"a deleted parameter is unknown, and starts again at version 1", func(t *trial) {
		name := t.put("/p", "one")
		t.put("/p", "two")
		if err := t.peer.Writer.DeleteParameter(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		same(t, "invalid", t.get(name).InvalidParameters, []string{name})
		t.put("/p", "three")
		same(t, "answer", shown(t.one(name)), name+" #1 three")
	}},
}
