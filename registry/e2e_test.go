//go:build e2e

package registry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// emulator is Parameter Store and Secrets Manager of moto, which make e2e
// starts, as a deployment tool sees them.
type emulator struct {
	*testing.T
	client *ssm.Client
}

// openE2E returns the emulator and a registry that takes all its configuration
// from the environment.
func openE2E(t *testing.T) (emulator, *registry.Registry) {
	t.Helper()
	if os.Getenv("AWS_ENDPOINT_URL_SSM") == "" {
		t.Fatal("AWS_ENDPOINT_URL_SSM is not set: run make e2e, which starts the emulator")
	}
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	reg, err := registry.Open(t.Context(), registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := reg.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return emulator{t, ssm.NewFromConfig(cfg)}, reg
}

// put stores a new version until the test ends, and returns its number.
func (e emulator) put(name, text string, typ types.ParameterType) int64 {
	e.Helper()
	out, err := e.client.PutParameter(e.Context(), &ssm.PutParameterInput{
		Name: aws.String(name), Value: aws.String(text), Type: typ, Overwrite: aws.Bool(true),
	})
	if err != nil {
		e.Fatal(err)
	}
	if out.Version == 1 {
		e.Cleanup(func() {
			_, _ = e.client.DeleteParameter(context.Background(), &ssm.DeleteParameterInput{Name: aws.String(name)})
		})
	}
	return out.Version
}

func (e emulator) label(name string, version int64, label string) {
	e.Helper()
	_, err := e.client.LabelParameterVersion(e.Context(), &ssm.LabelParameterVersionInput{
		Name: aws.String(name), ParameterVersion: aws.Int64(version), Labels: []string{label},
	})
	if err != nil {
		e.Fatal(err)
	}
}

// secrets makes one call of Secrets Manager, by a plain request of the AWS JSON
// 1.1 protocol. moto does not look at the signature.
func (e emulator) secrets(operation string, in map[string]any) {
	e.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		e.Fatal(err)
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, os.Getenv("AWS_ENDPOINT_URL_SECRETS_MANAGER"), bytes.NewReader(body))
	if err != nil {
		e.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "secretsmanager."+operation)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=e2e/20250101/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=e2e")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		e.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		e.Fatalf("%s: status %d", operation, response.StatusCode)
	}
}

// gives fails unless Get of h returns text.
func (e emulator) gives(h *handle.Handle, text string) {
	e.Helper()
	if got, err := h.Get(e.Context()); err != nil || got != text {
		e.Errorf("Get %s: %q, %v; want %q", h.Name(), got, err, text)
	}
}

func (e emulator) parameter(g *registry.Group, name string) *handle.Handle {
	e.Helper()
	h, err := g.Parameter(name)
	if err != nil {
		e.Fatal(err)
	}
	return h
}

func e2eGroup(t *testing.T, reg *registry.Registry, cfg registry.GroupConfig) *registry.Group {
	t.Helper()
	g, err := reg.Group(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestE2ENamesOfEveryTypeAndTheirChanges(t *testing.T) {
	e, reg := openE2E(t)
	g := e2eGroup(t, reg, registry.GroupConfig{BasePath: "/e2e/types"})
	e.put("/e2e/types/text", "one", types.ParameterTypeString)
	e.put("/e2e/types/list", "a,b,c", types.ParameterTypeStringList)
	e.put("/e2e/types/secure", "hunter2", types.ParameterTypeSecureString)
	e.put("e2e-types-root", "root", types.ParameterTypeString)
	text, list, secure := e.parameter(g, "/text"), e.parameter(g, "/list"), e.parameter(g, "/secure")
	none := e.parameter(g, "/none")
	if err := g.Warm(t.Context()); !errors.Is(err, fetch.ErrNotFound) {
		t.Errorf("Warm: %v", err)
	}
	e.gives(text, "one")
	e.gives(secure, "hunter2")
	if items, err := handle.Strings(list).Get(t.Context()); err != nil || !slices.Equal(items, []string{"a", "b", "c"}) {
		t.Errorf("%q, %v", items, err)
	}
	if _, err := none.Get(t.Context()); !errors.Is(err, fetch.ErrNotFound) {
		t.Errorf("an unknown name: %v", err)
	}
	p, err := secure.Lookup(t.Context())
	if err != nil || p.Type() != types.ParameterTypeSecureString || p.Version() != 1 || p.Name() != "/e2e/types/secure" || p.ARN() == "" || p.LastModified().IsZero() {
		t.Errorf("%v, %v", p, err)
	}
	e.gives(e.parameter(e2eGroup(t, reg, registry.GroupConfig{}), "e2e-types-root"), "root")

	e.put("/e2e/types/text", "two", types.ParameterTypeString)
	e.put("/e2e/types/none", "there now", types.ParameterTypeString)
	e.gives(text, "one")
	if err := g.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.gives(text, "two")
	e.gives(none, "there now")
}

func TestE2EMoreThanTenNames(t *testing.T) {
	e, reg := openE2E(t)
	g := e2eGroup(t, reg, registry.GroupConfig{})
	var handles []*handle.Handle
	for i := range 25 {
		name := "/e2e/many/" + strconv.Itoa(i)
		e.put(name, name, types.ParameterTypeString)
		handles = append(handles, e.parameter(g, name))
	}
	for _, h := range handles {
		e.gives(h, h.Name())
	}
}

func TestE2EVersionsAndLabels(t *testing.T) {
	e, reg := openE2E(t)
	g := e2eGroup(t, reg, registry.GroupConfig{})
	e.put("/e2e/versions/a", "one", types.ParameterTypeString)
	second := e.put("/e2e/versions/a", "two", types.ParameterTypeString)
	e.label("/e2e/versions/a", second, "live")
	pinned, live, latest := e.parameter(g, "/e2e/versions/a:1"), e.parameter(g, "/e2e/versions/a:live"), e.parameter(g, "/e2e/versions/a")
	e.gives(pinned, "one")
	e.gives(live, "two")
	e.put("/e2e/versions/a", "three", types.ParameterTypeString)
	e.label("/e2e/versions/a", 1, "live")
	if err := g.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.gives(pinned, "one")
	e.gives(live, "one")
	e.gives(latest, "three")
}

func TestE2EPathsAndFilters(t *testing.T) {
	e, reg := openE2E(t)
	g := e2eGroup(t, reg, registry.GroupConfig{})
	var want []string
	for i := range 23 { // three pages
		name := "/e2e/path/" + strconv.Itoa(100+i)
		e.put(name, name, types.ParameterTypeString)
		want = append(want, name)
	}
	e.put("/e2e/path/deep/er", "secret", types.ParameterTypeSecureString)
	list := func(opts registry.PathOptions) []*handle.Handle {
		t.Helper()
		handles, err := g.Parameters(t.Context(), "/e2e/path", opts)
		if err != nil {
			t.Fatal(err)
		}
		return handles
	}
	if got := namesOf(list(registry.PathOptions{})); !slices.Equal(got, append(slices.Clone(want), "/e2e/path/deep/er")) {
		t.Errorf("the listing has %q", got)
	}
	if got := namesOf(list(registry.PathOptions{OneLevel: true})); !slices.Equal(got, want) {
		t.Errorf("one level has %q", got)
	}
	secure := list(registry.PathOptions{Filters: []fetch.Filter{fetch.TypeFilter(types.ParameterTypeSecureString)}})
	if got := namesOf(secure); !slices.Equal(got, []string{"/e2e/path/deep/er"}) {
		t.Fatalf("the filter leaves %q", got)
	}
	e.gives(secure[0], "secret")
	e.put("/e2e/path/999", "new", types.ParameterTypeString)
	if err := g.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if handles := list(registry.PathOptions{OneLevel: true}); len(handles) != 24 {
		t.Errorf("after a refresh the listing has %q", namesOf(handles))
	} else {
		e.gives(handles[23], "new")
	}
}

func TestE2ESecret(t *testing.T) {
	e, reg := openE2E(t)
	e.secrets("CreateSecret", map[string]any{"Name": "e2e/db", "SecretString": `{"user":"app","password":"old"}`})
	defer e.secrets("DeleteSecret", map[string]any{"SecretId": "e2e/db", "ForceDeleteWithoutRecovery": true})
	secret, err := reg.Secret("e2e/db", registry.GroupConfig{})
	if err != nil {
		t.Fatal(err)
	}
	type credentials struct{ User, Password string }
	db := handle.JSON[credentials](secret)
	if got, err := db.Get(t.Context()); err != nil || got != (credentials{"app", "old"}) {
		t.Errorf("%v", err)
	}
	p, err := secret.Lookup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e.secrets("PutSecretValue", map[string]any{"SecretId": "e2e/db", "SecretString": `{"user":"app","password":"new"}`})
	if err := secret.Reject(t.Context(), p); err != nil {
		t.Errorf("Reject: %v", err)
	}
	if got, err := db.Get(t.Context()); err != nil || got != (credentials{"app", "new"}) {
		t.Errorf("after the rotation: %v", err)
	}
}
