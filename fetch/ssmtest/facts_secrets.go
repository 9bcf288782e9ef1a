package ssmtest

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// secretFacts are about secrets of Secrets Manager, read through Parameter Store.
var secretFacts = []fact{
	{"a secret is a SecureString of version 0", func(t *trial) {
		name, _ := t.secret("swordfish")
		p := t.one(name)
		same(t, "type", p.Type, types.ParameterTypeSecureString)
		same(t, "value", *p.Value, "swordfish")
		same(t, "version", p.Version, 0)
		t.secret("tuna")
		p = t.one(name)
		same(t, "value", *p.Value, "tuna")
		same(t, "version", p.Version, 0)
	}},
	{"a secret's Name is the full reference", func(t *trial) {
		name, _ := t.secret("swordfish")
		p := t.one(name)
		same(t, "name", *p.Name, name)
		if p.Selector != nil {
			t.Errorf("selector %q", *p.Selector)
		}
	}},
	{"a secret's ARN is of Secrets Manager", func(t *trial) {
		name, _ := t.secret("swordfish")
		if arn := aws.ToString(t.one(name).ARN); !strings.Contains(arn, ":secretsmanager:") || !strings.Contains(arn, ":secret:"+t.root) {
			t.Errorf("the ARN is %s", arn)
		}
	}},
	{"a secret's SourceResult has its version id", func(t *trial) {
		name, id := t.secret("swordfish")
		if !strings.Contains(aws.ToString(t.one(name).SourceResult), id) {
			t.Error("it has not")
		}
	}},
	{"a secret's SourceResult has the secret in clear", func(t *trial) {
		name, _ := t.secret("swordfish")
		if !strings.Contains(aws.ToString(t.one(name).SourceResult), "swordfish") {
			t.Error("it has not")
		}
	}},
	{"a secret is selected by stage", func(t *trial) {
		name, _ := t.secret("old")
		t.secret("new")
		for stage, want := range map[string]string{"AWSCURRENT": "new", "AWSPREVIOUS": "old"} {
			same(t, stage, *t.one(name + ":" + stage).Value, want)
		}
	}},
	{"a secret is selected by version id", func(t *trial) {
		name, id := t.secret("old")
		t.secret("new")
		same(t, "value", *t.one(name + ":" + id).Value, "old")
	}},
	{"a secret's answer has the selector asked for", func(t *trial) {
		name, id := t.secret("swordfish")
		for _, selector := range []string{":AWSCURRENT", ":" + id} {
			same(t, "selector", aws.ToString(t.one(name+selector).Selector), selector)
		}
	}},
	{"a secret that is missing is invalid alone, with its full name", func(t *trial) {
		p, missing := t.put("/p", "v"), secretPrefix+t.root+"-none"
		out := t.get(p, missing)
		same(t, "invalid", out.InvalidParameters, []string{missing})
		same(t, "parameters", t.names(out.Parameters), []string{"/p"})
	}},
	{"a secret without decryption fails the call", func(t *trial) {
		name, _ := t.secret("swordfish")
		_, err := t.peer.Client.GetParameters(t.Context(), &ssm.GetParametersInput{Names: []string{name}})
		t.refused("no decryption", err, "ValidationException")
		if err != nil && !strings.Contains(err.Error(), "WithDecryption flag must be True for retrieving a Secret Manager secret.") {
			t.Errorf("the text is %v", err)
		}
	}},
	{"a secret and a parameter share a call", func(t *trial) {
		name, _ := t.secret("swordfish")
		same(t, "parameters", len(t.get(t.put("/p", "v"), name).Parameters), 2)
	}},
}

// secret stores a version of the trial's secret until the trial ends, and returns
// the reference to it and the version's id.
func (t *trial) secret(text string) (reference, versionID string) {
	t.Helper()
	id, err := t.peer.Writer.PutSecret(t.Context(), t.root, text)
	if err != nil {
		t.Fatalf("put secret %s: %v", t.root, err)
	}
	t.Cleanup(func() { _ = t.peer.Writer.DeleteSecret(context.Background(), t.root) })
	return secretPrefix + t.root, id
}
