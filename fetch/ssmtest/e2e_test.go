//go:build e2e

package ssmtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

func TestE2EMotoConforms(t *testing.T) {
	if os.Getenv("AWS_ENDPOINT_URL_SSM") == "" {
		t.Fatal("AWS_ENDPOINT_URL_SSM is not set: run make e2e, which starts the emulator")
	}
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := ssm.NewFromConfig(cfg)
	ssmtest.Conformance(t, ssmtest.Peer{
		Client: client,
		Writer: sdkWriter{client, motoSecrets{os.Getenv("AWS_ENDPOINT_URL_SECRETS_MANAGER")}},
		Skip:   motoSkips,
	})
}

// motoSkips are the facts in which moto 5.2.5 is known to differ from AWS.
var motoSkips = map[string]string{
	"a call of no name fails":                                       "answers with nothing",
	"an empty name fails the call":                                  "takes it for an unknown name",
	"a name of more than 2048 characters fails the call":            "takes it for an unknown name",
	"the answer is in alphabetical order":                           "answers in no order",
	"a malformed name fails the call, with a text that misleads":    "takes it for an unknown name",
	"blanks around a name are trimmed":                              "takes them for a part of the name",
	"at the root a parameter is named as asked":                     "names it as created",
	"an answer asked with a selector has it, after a colon":         "has no Selector in any answer",
	"what bars a label ignores case":                                "knows the lower case only",
	"a path starts with a slash":                                    "takes it for an unknown path",
	"a page of less than one fails the call":                        "answers with nothing",
	"a token that is none fails the call":                           "answers with status 500 and a page of HTML",
	"filter Label selects the labelled version":                     "looks at the labels of the latest version only",
	"filter Label takes no BeginsWith":                              "takes it",
	"filter Type takes types only":                                  "calls it InvalidFilterOption",
	"a filter has a value":                                          "takes a filter without one",
	"a secret's Name is the full reference":                         "has the secret's own name",
	"a secret's ARN is of Secrets Manager":                          "makes up an ARN of a parameter",
	"a secret's SourceResult has the secret in clear":               "has the secret's description",
	"a secret's answer has the selector asked for":                  "has no Selector in any answer",
	"a secret that is missing is invalid alone, with its full name": "fails the call with ParameterNotFound",
	"a secret without decryption fails the call":                    "answers with the secret in clear",
}

// motoSecrets writes secrets through moto's Secrets Manager, by plain requests of
// the AWS JSON 1.1 protocol. The signature is not looked at.
type motoSecrets struct{ endpoint string }

func (m motoSecrets) PutSecret(ctx context.Context, name, text string) (string, error) {
	out, err := m.call(ctx, "PutSecretValue", map[string]any{"SecretId": name, "SecretString": text})
	if err != nil {
		out, err = m.call(ctx, "CreateSecret", map[string]any{"Name": name, "SecretString": text})
	}
	return out.VersionID, err
}

func (m motoSecrets) DeleteSecret(ctx context.Context, name string) error {
	_, err := m.call(ctx, "DeleteSecret", map[string]any{"SecretId": name, "ForceDeleteWithoutRecovery": true})
	return err
}

type secretAnswer struct {
	VersionID string `json:"VersionId"`
}

func (m motoSecrets) call(ctx context.Context, operation string, in map[string]any) (secretAnswer, error) {
	var answer secretAnswer
	body, err := json.Marshal(in)
	if err != nil {
		return answer, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.endpoint, bytes.NewReader(body))
	if err != nil {
		return answer, err
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "secretsmanager."+operation)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=e2e/20250101/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=e2e")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		_, _ = io.Copy(io.Discard, response.Body)
		return answer, fmt.Errorf("%s: status %d", operation, response.StatusCode)
	}
	return answer, json.NewDecoder(response.Body).Decode(&answer)
}
