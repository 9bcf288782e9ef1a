package ssmtest

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// versionFacts are about versions, labels and selectors.
var versionFacts = []fact{
	{"versions start at 1 and rise by 1", func(t *trial) {
		for i := range 3 {
			name := t.put("/p", fmt.Sprint("v", i+1))
			same(t, "answer", shown(t.one(name)), fmt.Sprintf("%s #%d v%d", name, i+1, i+1))
		}
	}},
	{"a version selects", func(t *trial) {
		name := t.put("/p", "one")
		t.put("/p", "two")
		same(t, "answer", shown(t.one(name+":1")), name+" #1 one")
		same(t, "answer", shown(t.one(name+":2")), name+" #2 two")
	}},
	{"an answer asked with a selector has it, after a colon", func(t *trial) {
		p := t.one(t.put("/p", "one"))
		t.label(*p.Name, 1, "prod")
		for _, selector := range []string{":1", ":prod"} {
			same(t, "by name", aws.ToString(t.one(*p.Name+selector).Selector), selector)
			same(t, "by ARN", aws.ToString(t.one(*p.ARN+selector).Selector), selector)
		}
	}},
	{"an answer asked without a selector has none", func(t *trial) {
		name := t.put("/p", "one")
		t.label(name, 1, "prod")
		if p := t.one(name); p.Selector != nil {
			t.Errorf("got selector %q", *p.Selector)
		}
	}},
	{"a label selects its version", func(t *trial) {
		name := t.put("/p", "one")
		t.label(name, 1, "prod")
		t.put("/p", "two")
		same(t, "answer", shown(t.one(name+":prod")), name+" #1 one")
		same(t, "answer", shown(t.one(name)), name+" #2 two")
	}},
	{"a label moves, also backwards", func(t *trial) {
		name := t.put("/p", "one")
		t.put("/p", "two")
		t.label(name, 2, "prod")
		same(t, "answer", shown(t.one(name+":prod")), name+" #2 two")
		t.label(name, 1, "prod")
		same(t, "answer", shown(t.one(name+":prod")), name+" #1 one")
		same(t, "answer", shown(t.one(name)), name+" #2 two")
	}},
	{"several selectors of one parameter are all answered", func(t *trial) {
		name := t.put("/p", "one")
		t.put("/p", "two")
		t.label(name, 1, "prod")
		out := t.get(name, name+":1", name+":2", name+":prod")
		var got []string
		for _, p := range out.Parameters {
			got = append(got, shown(p))
		}
		slices.Sort(got)
		same(t, "answers", got, []string{name + " #1 one", name + " #1 one", name + " #2 two", name + " #2 two"})
	}},
	{"an unknown version or label is invalid alone, with its selector", func(t *trial) {
		name := t.put("/p", "one")
		for _, asked := range []string{name + ":2", name + ":none"} {
			out := t.get(name, asked)
			same(t, "invalid", out.InvalidParameters, []string{asked})
			same(t, "parameters", t.names(out.Parameters), []string{"/p"})
		}
	}},
	{"a selector at the root is no part of the name", func(t *trial) {
		t.putParameter(Parameter{Name: t.root, Text: "one"})
		same(t, "answer", shown(t.one(t.root+":1")), t.root+" #1 one")
	}},
	{"a hundred versions are kept", func(t *trial) {
		var name string
		for i := range 101 {
			name = t.put("/p", fmt.Sprint("v", i+1))
		}
		out := t.get(name+":1", name+":2", name+":101")
		same(t, "invalid", out.InvalidParameters, []string{name + ":1"})
		same(t, "parameters", len(out.Parameters), 2)
	}},
	{"a version that has a label is not pushed out", func(t *trial) {
		name := t.put("/p", "v1")
		t.label(name, 1, "prod")
		for i := range 99 {
			t.put("/p", fmt.Sprint("v", i+2))
		}
		_, err := t.peer.Writer.PutParameter(t.Context(), Parameter{Name: name, Text: "v101"})
		if err == nil {
			t.Error("the 101st version pushed out a labelled one")
		}
		same(t, "answer", shown(t.one(name+":prod")), name+" #1 v1")
	}},
	{"a version has at most ten labels", func(t *trial) {
		name := t.put("/p", "one")
		for i := range 10 {
			t.label(name, 1, fmt.Sprint("label-", i))
		}
		t.label(name, 1, "label-3")
		if t.peer.Writer.LabelParameter(t.Context(), name, 1, "label-10") == nil {
			t.Error("an eleventh label was accepted")
		}
	}},
	{"a label does not start with a digit, aws or ssm", func(t *trial) {
		name := t.put("/p", "one")
		for _, label := range []string{"1st", "aws-x", "ssm_x", "with space"} {
			if t.peer.Writer.LabelParameter(t.Context(), name, 1, label) == nil {
				t.Errorf("%q was accepted as a label", label)
			}
		}
		t.label(name, 1, "p.r_o-d1")
	}},
	{"what bars a label ignores case", func(t *trial) {
		name := t.put("/p", "one")
		for _, label := range []string{"AWS-x", "Ssm"} {
			if t.peer.Writer.LabelParameter(t.Context(), name, 1, label) == nil {
				t.Errorf("%q was accepted as a label", label)
			}
		}
	}},
	{"a version that does not exist takes no label", func(t *trial) {
		name := t.put("/p", "one")
		if t.peer.Writer.LabelParameter(t.Context(), name, 2, "prod") == nil {
			t.Error("version 2 of 1 was labelled")
		}
	}},
}
