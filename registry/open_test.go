package registry_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

// bareEnvironment hides the machine's own AWS configuration.
func bareEnvironment(t *testing.T) {
	t.Helper()
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_PROFILE": "", "AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_SSM": "",
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "",
		"AWS_MAX_ATTEMPTS": "", "AWS_RETRY_MODE": "",
	} {
		t.Setenv(name, value)
	}
}

func TestOpenWithoutAClientAndARegionSaysSoInOneError(t *testing.T) {
	bareEnvironment(t)
	reg, err := registry.Open(t.Context(), registry.Config{})
	if err == nil || reg != nil {
		t.Fatalf("got %v and error %v", reg, err)
	}
	for _, word := range []string{"Config.Client", "region", "AWS_REGION"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%v; it does not say %q", err, word)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error has more than one line: %v", err)
	}
}

func TestOpenWithoutAClientTakesRegionEndpointAndCredentialsFromTheEnvironment(t *testing.T) {
	bareEnvironment(t)
	store := ssmtest.New(ssmtest.Config{Region: "eu-central-1"})
	store.Put("/a", "a")
	server := store.Serve()
	defer server.Close()
	t.Setenv("AWS_REGION", "eu-central-1")
	t.Setenv("AWS_ENDPOINT_URL_SSM", server.URL)

	ctx, cancel := context.WithCancel(t.Context())
	reg, err := registry.Open(ctx, registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	cancel() // it bounds the loading of the configuration, nothing later
	h, err := reg.Parameter("/a", registry.GroupConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if n := store.CallCount(); n != 0 {
		t.Errorf("Open made %d API calls", n)
	}
	if text, err := h.Get(t.Context()); err != nil || text != "a" {
		t.Errorf("%q, %v", text, err)
	}
	if err := reg.Close(); err != nil {
		t.Error(err)
	}
}

func TestOneHungConnectionDoesNotUseUpFetchTimeout(t *testing.T) {
	bareEnvironment(t)
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/a", "a")
	store.Fault(ssmtest.Fault{Hang: true, Times: 1})
	server := store.Serve()
	defer server.Close()
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_ENDPOINT_URL_SSM", server.URL)
	reg, err := registry.Open(t.Context(), registry.Config{FetchTimeout: 8 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	h, err := reg.Parameter("/a", registry.GroupConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := h.Get(t.Context()); err != nil || text != "a" {
		t.Errorf("%q, %v", text, err)
	}
	if n := store.CallCount(); n < 2 {
		t.Errorf("%d API calls: nothing hung", n)
	}
	if err := reg.Close(); err != nil {
		t.Error(err)
	}
}

func TestThrottledCallIsRetriedByTheDefaultClient(t *testing.T) {
	bareEnvironment(t)
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/a", "a")
	store.Fault(ssmtest.Fault{Code: "ThrottlingException", Times: 1})
	server := store.Serve()
	defer server.Close()
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_ENDPOINT_URL_SSM", server.URL)
	reg, err := registry.Open(t.Context(), registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := reg.Parameter("/a", registry.GroupConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := h.Get(t.Context()); err != nil || text != "a" {
		t.Errorf("%q, %v", text, err)
	}
	if n := store.CallCount(); n != 2 {
		t.Errorf("%d API calls", n)
	}
	if err := reg.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenWithAnEndedContextAndAClientWorks(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	reg, err := registry.Open(ended(), registry.Config{Client: store.Client()})
	if err != nil {
		t.Fatal(err)
	}
	if err := reg.Close(); err != nil {
		t.Error(err)
	}
	if err := reg.Refresh(t.Context()); !errors.Is(err, registry.ErrClosed) {
		t.Error(err)
	}
}
