package ssmtest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
)

// fact is one statement about what Parameter Store does, and its test.
type fact struct {
	name string
	test func(*trial)
}

func allFacts() []fact {
	return slices.Concat(nameFacts, versionFacts, listingFacts, filterFacts, secretFacts)
}

// Facts returns the statements that [Conformance] tests, in order.
func Facts() []string {
	var names []string
	for _, f := range allFacts() {
		names = append(names, f.name)
	}
	return names
}

// Conformance tests that a peer does what Parameter Store does, one subtest a
// fact. It writes parameters under /conformance, root parameters and secrets
// whose names start with "conformance", and removes them in the end; there must
// be none before.
func Conformance(t *testing.T, peer Peer) {
	known := Facts()
	for name := range peer.Skip {
		if !slices.Contains(known, name) {
			t.Errorf("Skip: there is no fact %q", name)
		}
	}
	for i, f := range allFacts() {
		t.Run(f.name, func(t *testing.T) {
			if reason, ok := peer.Skip[f.name]; ok {
				t.Skip("this peer differs: " + reason)
			}
			f.test(&trial{T: t, peer: peer, base: fmt.Sprintf("/conformance/%d", i), root: fmt.Sprintf("conformance-%d", i)})
		})
	}
}

// trial is the test of one fact.
type trial struct {
	*testing.T
	peer Peer
	base string // a path of its own
	root string // a name at the root, and of a secret, of its own
}

// put stores a parameter below the trial's path until the trial ends, and returns
// its full name.
func (t *trial) put(name, text string) string {
	t.Helper()
	return t.putParameter(Parameter{Name: t.base + name, Text: text})
}

func (t *trial) putSecure(name, text string) string {
	t.Helper()
	return t.putParameter(Parameter{Name: t.base + name, Text: text, Type: types.ParameterTypeSecureString})
}

func (t *trial) putParameter(p Parameter) string {
	t.Helper()
	number, err := t.peer.Writer.PutParameter(t.Context(), p)
	if err != nil {
		t.Fatalf("put %s: %v", p.Name, err)
	}
	if number == 1 {
		t.Cleanup(func() { _ = t.peer.Writer.DeleteParameter(context.Background(), p.Name) })
	}
	return p.Name
}

func (t *trial) label(name string, number int64, labels ...string) {
	t.Helper()
	if err := t.peer.Writer.LabelParameter(t.Context(), name, number, labels...); err != nil {
		t.Fatalf("label %s: %v", name, err)
	}
}

// ask is one call of GetParameters with decryption.
func (t *trial) ask(names ...string) (*ssm.GetParametersOutput, error) {
	return t.peer.Client.GetParameters(t.Context(), &ssm.GetParametersInput{Names: names, WithDecryption: aws.Bool(true)})
}

// get is an ask that must succeed.
func (t *trial) get(names ...string) *ssm.GetParametersOutput {
	t.Helper()
	out, err := t.ask(names...)
	if err != nil {
		t.Fatalf("GetParameters %q: %v", names, err)
	}
	return out
}

// one is a get of one name that must be known.
func (t *trial) one(name string) types.Parameter {
	t.Helper()
	out := t.get(name)
	if len(out.Parameters) != 1 || len(out.InvalidParameters) != 0 {
		t.Fatalf("GetParameters %q: %d parameters, %q invalid", name, len(out.Parameters), out.InvalidParameters)
	}
	return out.Parameters[0]
}

// list pages a listing with decryption to its end, and orders it by name: the
// order of a listing is no fact. The request's path is below the trial's.
func (t *trial) list(path string, in ssm.GetParametersByPathInput) []types.Parameter {
	t.Helper()
	in.Path, in.WithDecryption = aws.String(t.base+path), aws.Bool(true)
	var all []types.Parameter
	for range 1000 {
		out, err := t.peer.Client.GetParametersByPath(t.Context(), &in)
		if err != nil {
			t.Fatalf("GetParametersByPath %s: %v", *in.Path, err)
		}
		all = append(all, out.Parameters...)
		if aws.ToString(out.NextToken) == "" {
			slices.SortFunc(all, byNameAndSelector)
			return all
		}
		in.NextToken = out.NextToken
	}
	t.Fatalf("GetParametersByPath %s has no end", *in.Path)
	return nil
}

// refused fails unless err is an API error with one of the codes.
func (t *trial) refused(what string, err error, codes ...string) {
	t.Helper()
	var api smithy.APIError
	if err == nil || !errors.As(err, &api) || !slices.Contains(codes, api.ErrorCode()) {
		t.Errorf("%s: got error %v, want one of %q", what, err, codes)
	}
}

// same fails unless got is want.
func same[T any](t *trial, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// shown is a parameter's name, version and value on one line. Its selector is a
// fact of its own.
func shown(p types.Parameter) string {
	return fmt.Sprintf("%s #%d %s", aws.ToString(p.Name), p.Version, aws.ToString(p.Value))
}

// names are the parameters' names, less the trial's path.
func (t *trial) names(parameters []types.Parameter) []string {
	names := make([]string, len(parameters))
	for i, p := range parameters {
		names[i] = strings.TrimPrefix(aws.ToString(p.Name), t.base)
	}
	return names
}
