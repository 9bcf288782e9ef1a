package fetch_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

const reference = "/aws/reference/secretsmanager/"

// withARN is an item with an ARN.
func withARN(p types.Parameter, arn string) types.Parameter {
	p.ARN = aws.String(arn)
	return p
}

// ofSecret is an item that came from Secrets Manager.
func ofSecret(name, selector, text string) types.Parameter {
	p := item(name, selector, text, 0)
	p.SourceResult = aws.String(`{"VersionId":"v"}`)
	return p
}

func TestAnAnswerIsMatchedByNameAndSelector(t *testing.T) {
	const unanswered = "definite: the store's answer does not mention it"
	for what, c := range map[string]struct {
		names   []string
		items   []types.Parameter
		invalid []string
		want    []string
	}{
		"out of order": {
			names: []string{"/b", "/a"},
			items: []types.Parameter{item("/a", "", "A", 1), item("/b", "", "B", 1)},
			want:  []string{"/b=B", "/a=A"},
		},
		"selectors of one name": {
			names: []string{"/a", "/a:1", "/a:live"},
			items: []types.Parameter{item("/a", "live", "L", 2), item("/a", "1", "1", 1), item("/a", "", "A", 3)},
			want:  []string{"/a=A", "/a:1=1", "/a:live=L"},
		},
		"a selector's item is not the plain name's": {
			names: []string{"/a", "/a:1"},
			items: []types.Parameter{item("/a", "1", "1", 1)},
			want:  []string{unanswered, "/a:1=1"},
		},
		"another selector's item": {
			names: []string{"/a:1", "/a:2"},
			items: []types.Parameter{item("/a", "2", "2", 2)},
			want:  []string{unanswered, "/a:2=2"},
		},
		"versions without selectors": {
			names: []string{"/a:2", "/a:1"},
			items: []types.Parameter{item("/a", "", "1", 1), item("/a", "", "2", 2)},
			want:  []string{"/a=2", "/a=1"},
		},
		"a version without a selector is not the plain name's": {
			names: []string{"/a", "/a:1"},
			items: []types.Parameter{item("/a", "", "1", 1), item("/a", "", "3", 3)},
			want:  []string{"/a=3", "/a=1"},
		},
		"a label without a selector": {
			names: []string{"/a:live", "/b"},
			items: []types.Parameter{item("/a", "", "1", 1), item("/b", "", "2", 3)},
			want:  []string{"/a=1", "/b=2"},
		},
		"doubled": {
			names: []string{"/a", "/b"},
			items: []types.Parameter{item("/a", "", "1", 1), item("/a", "", "2", 2), item("/b", "", "B", 1), item("/b", "", "B", 1)},
			want:  []string{"/a=2", "/b=B"},
		},
		"a label without a selector, before the plain name's": {
			names: []string{"/a:live", "/a"},
			items: []types.Parameter{item("/a", "", "1", 1), item("/a", "", "2", 2)},
			want:  []string{"/a=1", "/a=2"},
		},
		"a plain name's double is not the label's, if the store gives selectors": {
			names: []string{"/a:live", "/a", "/b:1"},
			items: []types.Parameter{item("/a", "", "2", 2), item("/a", "", "2", 2), item("/b", "1", "B", 1)},
			want:  []string{unanswered, "/a=2", "/b:1=B"},
		},
		"nor if the label is said to be unknown": {
			names:   []string{"/a:live", "/a"},
			items:   []types.Parameter{item("/a", "", "2", 2), item("/a", "", "2", 2)},
			invalid: []string{"/a:live"},
			want:    []string{"not found", "/a=2"},
		},
		"null items": {
			names: []string{"/a", "/b", "/c"},
			items: []types.Parameter{{}, {Name: aws.String("/a")}, {Value: aws.String("x")}, item("/b", "", "B", 1)},
			want:  []string{unanswered, "/b=B", unanswered},
		},
		"unasked": {
			names:   []string{"/a"},
			items:   []types.Parameter{item("/x", "", "X", 1), item("/a/b", "", "AB", 1), item("a/b", "", "AB", 1), item("/A", "", "A", 1), item("/a", "", "a", 1)},
			invalid: []string{"/y"},
			want:    []string{"/a=a"},
		},
		"renamed": {
			names: []string{"/a/b", "/c"},
			items: []types.Parameter{item("/a/B", "", "X", 1), item("c", "", "C", 1)},
			want:  []string{unanswered, "c=C"},
		},
		"an item beats the list of the invalid": {
			names:   []string{"/a", "/b"},
			items:   []types.Parameter{item("/a", "", "A", 1)},
			invalid: []string{"/a", "/b"},
			want:    []string{"/a=A", "not found"},
		},
		"invalid in the root's other spelling": {
			names:   []string{"/a", "b", "/c:1", "/d/e"},
			invalid: []string{"a", "/b", "c:1", "d/e"},
			want:    []string{"not found", "not found", "not found", unanswered},
		},
		"the invalid are told apart by selector": {
			names:   []string{"/a:1", "/a"},
			items:   []types.Parameter{item("/a", "", "A", 2)},
			invalid: []string{"/a:1"},
			want:    []string{"not found", "/a=A"},
		},
		"ARNs of every partition": {
			names: []string{"arn:aws-cn:ssm:cn-north-1:1:parameter/a", "arn:aws-us-gov:ssm:us-gov-west-1:1:parameter/a", "arn:aws:ssm:us-east-1:2:parameter/a:3"},
			items: []types.Parameter{
				withARN(item("/a", "3", "gov", 3), "arn:aws-us-gov:ssm:us-gov-west-1:1:parameter/a"),
				withARN(item("/a", "3", "us", 3), "arn:aws:ssm:us-east-1:2:parameter/a"),
				withARN(item("/a", "", "gov", 9), "arn:aws-us-gov:ssm:us-gov-west-1:1:parameter/a"),
				withARN(item("/a", "", "cn", 9), "arn:aws-cn:ssm:cn-north-1:1:parameter/a"),
			},
			want: []string{"/a=cn", "/a=gov", "/a:3=us"},
		},
		"an ARN and the plain name": {
			names: []string{"/a", arn + "/a"},
			items: []types.Parameter{withARN(item("/a", "", "A", 1), arn+"/a"), withARN(item("/a", "", "A", 1), arn+"/a")},
			want:  []string{"/a=A", "/a=A"},
		},
		"a shared ARN and the plain name of another account": {
			names: []string{"/a", arn + "/a"},
			items: []types.Parameter{withARN(item("/a", "", "shared", 1), arn+"/a"), withARN(item("/a", "", "own", 1), "arn:aws:ssm:us-east-1:9:parameter/a")},
			want:  []string{"/a=own", "/a=shared"},
		},
		"an ARN that stands as the answer's name": {
			names: []string{arn + "/a"},
			items: []types.Parameter{item(arn+"/a", "", "A", 1)},
			want:  []string{arn + "/a=A"},
		},
		"a secret by its bare name": {
			names: []string{"db", reference + "db", reference + "prod/db:AWSPREVIOUS"},
			items: []types.Parameter{ofSecret("db", "", "secret"), ofSecret("prod/db", "AWSPREVIOUS", "old"), item("db", "", "parameter", 1)},
			want:  []string{"db=parameter", "db=secret", "prod/db:AWSPREVIOUS=old"},
		},
		"a secret by its bare name and ARN": {
			names: []string{reference + "db"},
			items: []types.Parameter{withARN(item("db", "", "secret", 0), "arn:aws:secretsmanager:us-east-1:1:secret:db-x1y2z3")},
			want:  []string{"db=secret"},
		},
		"a parameter is no secret": {
			names: []string{reference + "db"},
			items: []types.Parameter{item("db", "", "parameter", 1), item("/db", "", "parameter", 1), ofSecret(reference+"db", "", "secret")},
			want:  []string{reference + "db=secret"},
		},
		"a secret is no parameter": {
			names: []string{"db", "/x"},
			items: []types.Parameter{ofSecret("db", "", "secret"), item("/x", "", "X", 1)},
			want:  []string{unanswered, "/x=X"},
		},
		"a secret's selectors": {
			names: []string{reference + "db", reference + "db:AWSPREVIOUS"},
			items: []types.Parameter{ofSecret(reference+"db", "AWSPREVIOUS", "old"), ofSecret(reference+"db", "", "new")},
			want:  []string{reference + "db=new", reference + "db:AWSPREVIOUS=old"},
		},
	} {
		t.Run(what, func(t *testing.T) {
			same(t, "outcomes", told(get(t, answering(c.items, c.invalid...), c.names...).Names), c.want)
		})
	}
}
