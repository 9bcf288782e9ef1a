package fetch_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

func TestAParameterHasWhatTheStoreSaid(t *testing.T) {
	modified := time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC)
	p := fetch.NewParameter(types.Parameter{
		ARN: aws.String(arn + "/a"), DataType: aws.String("aws:ec2:image"), LastModifiedDate: &modified, Name: aws.String("/a"),
		Selector: aws.String(":live"), Type: types.ParameterTypeStringList, Value: aws.String("x,y"), Version: 7,
	}, started)
	equal(t, "name", p.Name(), "/a")
	equal(t, "full name", p.FullName(), "/a:live")
	equal(t, "text", p.Text(), "x,y")
	equal(t, "type", p.Type(), types.ParameterTypeStringList)
	equal(t, "version", p.Version(), 7)
	equal(t, "selector", p.Selector(), "live")
	equal(t, "ARN", p.ARN(), arn+"/a")
	equal(t, "data type", p.DataType(), "aws:ec2:image")
	equal(t, "last modified", p.LastModified().Equal(modified), true)
	equal(t, "fetched at", p.FetchedAt(), started)
	equal(t, "zero", p.IsZero(), false)
}

func TestTheZeroParameterIsSafe(t *testing.T) {
	var p fetch.Parameter
	equal(t, "zero", p.IsZero(), true)
	equal(t, "texts", p.Name()+p.Text()+string(p.Type())+p.Selector()+p.ARN()+p.DataType()+p.FullName(), "")
	equal(t, "version", p.Version(), 0)
	equal(t, "times", p.LastModified().IsZero() && p.FetchedAt().IsZero(), true)
	equal(t, "print", fmt.Sprint(p), " (, version 0)")
	if _, err := p.Strings(); err == nil {
		t.Error("it is a StringList")
	}
	blank := fetch.NewParameter(types.Parameter{}, started)
	equal(t, "of nothing", blank.Name()+blank.Text(), "")
	equal(t, "last modified", blank.LastModified().IsZero(), true)
	never := fetch.NewParameter(types.Parameter{LastModifiedDate: new(time.Time)}, started)
	equal(t, "last modified at the zero time", never.LastModified().IsZero(), true)
}

func TestStringsSplitsAStringListAlone(t *testing.T) {
	for text, want := range map[string][]string{"a,b,c": {"a", "b", "c"}, "a": {"a"}, "": {""}, ",": {"", ""}, `a\,b`: {`a\`, "b"}, " a, b": {" a", " b"}} {
		p := fetch.NewParameter(types.Parameter{Type: types.ParameterTypeStringList, Value: aws.String(text)}, started)
		got, err := p.Strings()
		equal(t, text, err, nil)
		same(t, text, got, want)
	}
	for _, kind := range []types.ParameterType{types.ParameterTypeString, types.ParameterTypeSecureString, ""} {
		p := fetch.NewParameter(types.Parameter{Name: aws.String("/a"), Type: kind, Value: aws.String("hunter2,x")}, started)
		_, err := p.Strings()
		var fact *fetch.Error
		if !errors.As(err, &fact) || fact.Op != fetch.OpDecode || fact.Name != "/a" || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestTwoStatesAreUnchangedIfAllThatTheStoreSaidIsEqual(t *testing.T) {
	at := time.Unix(1, 0)
	base := func() types.Parameter {
		return types.Parameter{
			ARN: aws.String(arn + "/a"), DataType: aws.String("text"), LastModifiedDate: &at, Name: aws.String("/a"),
			Type: types.ParameterTypeString, Value: aws.String("x"), Version: 7,
		}
	}
	p := fetch.NewParameter(base(), started)
	equal(t, "the same, later", p.Unchanged(fetch.NewParameter(base(), started.Add(time.Hour))), true)
	equal(t, "itself", p.Unchanged(p), true)
	equal(t, "nothing", p.Unchanged(fetch.Parameter{}), false)
	for what, change := range map[string]func(*types.Parameter){
		"value":    func(p *types.Parameter) { p.Value = aws.String("y") },
		"version":  func(p *types.Parameter) { p.Version = 8 },
		"type":     func(p *types.Parameter) { p.Type = types.ParameterTypeSecureString },
		"name":     func(p *types.Parameter) { p.Name = aws.String("/b") },
		"selector": func(p *types.Parameter) { p.Selector = aws.String(":7") },
		"ARN":      func(p *types.Parameter) { p.ARN = nil },
		"data":     func(p *types.Parameter) { p.DataType = aws.String("aws:ec2:image") },
		"modified": func(p *types.Parameter) { p.LastModifiedDate = nil },
		"source":   func(p *types.Parameter) { p.SourceResult = aws.String(`{"VersionId":"1"}`) },
	} {
		other := base()
		change(&other)
		q := fetch.NewParameter(other, started)
		equal(t, what, p.Unchanged(q) || q.Unchanged(p), false)

		// A fetch tells the two apart as well.
		ask := asks(t, "/a")
		ask[0].Known = p
		if what == "name" || what == "selector" {
			continue // answers for other names
		}
		if what == "source" {
			other.Name = aws.String("/aws/reference/secretsmanager/a")
			first := base()
			first.Name = other.Name
			first.SourceResult = aws.String(`{"VersionId":"0"}`)
			ask = asks(t, *other.Name)
			ask[0].Known = fetch.NewParameter(first, started)
		}
		res := newFetcher(answering([]types.Parameter{other})).Fetch(t.Context(), fetch.Request{Start: started, Names: ask})
		equal(t, what+" found", res.Names[0].Class, fetch.Found)
		equal(t, what+" in a fetch", res.Names[0].Parameter.Unchanged(ask[0].Known), false)
	}
}

func TestASecretsChangeIsRecognisedByItsVersionIDOrItsValue(t *testing.T) {
	secret := func(source, text string) fetch.Parameter {
		return fetch.NewParameter(types.Parameter{Name: aws.String("s"), Value: aws.String(text), SourceResult: aws.String(source)}, started)
	}
	p := secret(`{"VersionId":"1","SecretString":"x"}`, "x")
	equal(t, "keys in another case, another creation date", p.Unchanged(secret(`{"versionId":"1","CreatedDate":5}`, "x")), true)
	equal(t, "another id", p.Unchanged(secret(`{"versionId":"2"}`, "x")), false)
	equal(t, "another value", p.Unchanged(secret(`{"versionId":"1"}`, "y")), false)
	for _, source := range []string{"", "null", "[]", `{"VersionId":5}`, "x{", `"x"`} {
		equal(t, source, secret(source, "x").Unchanged(secret(`{}`, "x")), true)
	}

	store := ssmtest.New(ssmtest.Config{})
	store.PutSecret("s", "x")
	before := get(t, store.Client(), reference+"s").Names[0].Parameter
	store.PutSecret("s", "x") // a new version of the same text
	after := get(t, store.Client(), reference+"s").Names[0].Parameter
	equal(t, "versions", before.Version()+after.Version(), 0)
	equal(t, "unchanged", after.Unchanged(before), false)
}
