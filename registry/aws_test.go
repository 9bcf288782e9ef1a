package registry

import (
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func TestDefaultClientRetriesAdaptivelyMoreThanThreeTimes(t *testing.T) {
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_PROFILE", "")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	client, err := defaultClient(t.Context(), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	options := client.(*ssm.Client).Options()
	if attempts := options.Retryer.MaxAttempts(); attempts <= retry.DefaultMaxAttempts {
		t.Errorf("%d attempts", attempts)
	}
	httpClient, ok := options.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		t.Fatalf("the HTTP client is a %T", options.HTTPClient)
	}
	if wait := httpClient.GetTransport().ResponseHeaderTimeout; wait != 2500*time.Millisecond {
		t.Errorf("of a FetchTimeout of 10 s, one attempt may wait %v", wait)
	}
}
