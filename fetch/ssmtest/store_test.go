package ssmtest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

func TestDuplicateNamesAreAnsweredOnce(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/a", "1")
	out, err := get(t.Context(), store.Client(), "/a", "/none", "/a", "/none")
	if err != nil || len(out.Parameters) != 1 || len(out.InvalidParameters) != 1 {
		t.Errorf("%d parameters, %q invalid, %v", len(out.Parameters), out.InvalidParameters, err)
	}
}

func TestForeignARNIsUnknown(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{Partition: "aws-us-gov", Region: "us-gov-west-1"})
	store.Put("p", "1")
	for arn, known := range map[string]bool{
		"arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/p": true,
		"arn:aws:ssm:us-gov-west-1:123456789012:parameter/p":        false,
		"arn:aws-us-gov:ssm:us-gov-east-1:123456789012:parameter/p": false,
		"arn:aws-us-gov:ssm:us-gov-west-1:210987654321:parameter/p": false,
	} {
		out, err := get(t.Context(), store.Client(), arn)
		if err != nil || (len(out.Parameters) == 1) != known {
			t.Errorf("%s: %v", arn, err)
		}
		if known && *out.Parameters[0].Name != "p" {
			t.Errorf("%s: the name is %s", arn, *out.Parameters[0].Name)
		}
	}
}

func TestPublicParametersCanBePut(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.PutParameter(ssmtest.Parameter{Name: "/aws/service/ami/x", Text: "ami-1", DataType: "aws:ec2:image"})
	out, err := get(t.Context(), store.Client(), "/aws/service/ami/x")
	if err != nil || len(out.Parameters) != 1 || *out.Parameters[0].DataType != "aws:ec2:image" {
		t.Error(err)
	}
}

func TestCiphertextHidesTheValueAndStaysTheSame(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	for i, text := range []string{"a", "Z", "7", "AQ", password} {
		name := fmt.Sprint("/p", i)
		store.PutSecure(name, text)
		var seen []string
		for range 2 {
			out, err := store.Client().GetParameters(t.Context(), &ssm.GetParametersInput{Names: []string{name}})
			if err != nil {
				t.Fatal(err)
			}
			seen = append(seen, *out.Parameters[0].Value)
		}
		if strings.Contains(seen[0], text) || seen[0] != seen[1] {
			t.Errorf("value %d reads %q", i, seen)
		}
	}
}

func TestSecretStagesMove(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	read := func(selector string) string {
		out, err := get(t.Context(), store.Client(), "/aws/reference/secretsmanager//lead/s"+selector)
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Parameters) == 0 {
			return ""
		}
		p := out.Parameters[0]
		var source struct{ SecretString string }
		if err := json.Unmarshal([]byte(*p.SourceResult), &source); err != nil || source.SecretString != *p.Value {
			t.Fatalf("the source result does not fit: %v", err)
		}
		return *p.Value
	}
	first := store.PutSecret("/lead/s", "one", "AWSPENDING")
	if read("") != "one" || read(":AWSPENDING") != "one" || read(":AWSPREVIOUS") != "" {
		t.Error("the first version is not current and pending")
	}
	store.PutSecret("/lead/s", "two", "AWSPENDING")
	if read("") != "one" || read(":AWSPENDING") != "two" {
		t.Error("the pending version is not another")
	}
	store.PutSecret("/lead/s", "three")
	if read("") != "three" || read(":AWSPREVIOUS") != "one" || read(":AWSPENDING") != "two" || read(":"+first) != "one" {
		t.Error("AWSCURRENT did not move")
	}
	store.DeleteSecret("/lead/s")
	if read("") != "" {
		t.Error("the secret is still there")
	}
}

func TestStoreIsSafeForConcurrentUse(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for j := range 50 {
				name := fmt.Sprintf("/a/%d", (i+j)%7)
				store.Put(name, "v")
				store.PutSecret("s", "v")
				_, _ = get(t.Context(), store.Client(), name, "/aws/reference/secretsmanager/s")
				_, _ = store.Client().GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String("/a")})
				store.Fault(ssmtest.Fault{Times: 1, Delay: 1})()
				store.Delete(name)
				_, _ = store.Calls(), store.String()
			}
		})
	}
	all.Wait()
	if got := store.CallCount(); got != 400 {
		t.Errorf("%d calls", got)
	}
}
