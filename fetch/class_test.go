package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// refusedCredentials has the SDK fail to get credentials, with err.
func refusedCredentials(err error) func(*ssm.Options) {
	return func(o *ssm.Options) {
		o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, err })
	}
}

func TestACodeOfTheServiceThatGivesCredentialsIsNotTheStores(t *testing.T) {
	for _, code := range []string{"AccessDeniedException", "ValidationException", "InvalidFilterKey", "Throttling"} {
		api := &smithy.GenericAPIError{Code: code, Message: "session expired"}
		for what, err := range map[string]error{
			"an operation":    &smithy.OperationError{ServiceID: "SSO OIDC", OperationName: "CreateToken", Err: api},
			"an error of its": api,
		} {
			store := ssmtest.New(ssmtest.Config{})
			c := store.SDKClient(refusedCredentials(err))
			res := get(t, c, fill(store, 10)...)
			equal(t, what+": calls", res.Calls, 1)
			equal(t, what+": throttled", res.Throttled, 0)
			for _, o := range res.Names {
				equal(t, what+": name", line(o), "failed: "+code)
			}
			equal(t, what+": listing", list(t, c, "/a").Paths[0].Class, fetch.Failed)
		}
	}
}

func TestADeniedNameMayLookLikeAHeader(t *testing.T) {
	for _, client := range []func(*ssmtest.Store) fetch.Client{
		func(s *ssmtest.Store) fetch.Client { return s.Client() },
		func(s *ssmtest.Store) fetch.Client { return s.SDKClient() },
	} {
		store := ssmtest.New(ssmtest.Config{})
		names := append(fill(store, 9), "/http/max-Content-Length")
		store.Put(names[9], "1")
		deny(store, "AccessDeniedException", names[9])
		res := get(t, client(store), names...)
		equal(t, "a healthy name", line(res.Names[0]), "/n/000=0")
		equal(t, "the culprit", line(res.Names[9]), "culprit: AccessDeniedException")
	}
}

func TestAListingThatUsedUpItsTimeHasNotFailedByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.Fault(ssmtest.Fault{Code: "InvalidFilterKey"})
		c := store.SDKClient(func(o *ssm.Options) {
			o.Retryer = retry.NewStandard(func(s *retry.StandardOptions) {
				s.MaxAttempts, s.RateLimiter = 1000, ratelimit.None
				s.Retryables = []retry.IsErrorRetryable{retry.IsErrorRetryableFunc(func(error) aws.Ternary { return aws.TrueTernary })}
			})
		})
		equal(t, "class", list(t, c, "/a").Paths[0].Class, fetch.Failed)
	})
}

// brittle panics as it is looked at.
type brittle struct{}

func (brittle) Error() string { panic("hunter2") }

func TestAnErrorThatPanicsAsItIsLookedAtIsAPanicOfTheClient(t *testing.T) {
	for what, err := range map[string]error{
		"nil pointer": (*smithy.OperationError)(nil),
		"text":        brittle{},
	} {
		var panicked *fetch.PanicError
		if res := get(t, failing(err), "/a"); !errors.As(res.Names[0].Err, &panicked) {
			t.Errorf("%s: %s", what, line(res.Names[0]))
		}
	}
}

// answeredWith is err as the SDK returns what a service answered with.
func answeredWith(err error) error {
	return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: http.StatusBadRequest}}, Err: err}
}

func TestOnlyACodeThatTheStoreAnsweredWithIsSplit(t *testing.T) {
	api := &smithy.GenericAPIError{Code: "AccessDeniedException"}
	ofSSM := func(err error) error {
		return &smithy.OperationError{ServiceID: "SSM", OperationName: "GetParameters", Err: err}
	}
	other := &smithy.OperationError{ServiceID: "SSO OIDC", OperationName: "CreateToken", Err: answeredWith(api)}
	for what, c := range map[string]struct {
		err   error
		split bool
	}{
		"by a client made by hand":                  {api, true},
		"wrapped by one":                            {fmt.Errorf("mock: %w", api), true},
		"joined by one":                             {errors.Join(errors.New("mock"), api), true},
		"as the SDK returns it":                     {ofSSM(answeredWith(api)), true},
		"after its retries":                         {ofSSM(&retry.MaxAttemptsError{Attempt: 3, Err: answeredWith(api)}), true},
		"without a quota for another":               {ofSSM(errors.Join(answeredWith(api), errors.New("quota"))), true},
		"wrapped by a client's wrapper":             {fmt.Errorf("wrapper: %w", ofSSM(answeredWith(api))), true},
		"as a double of the SDK returns it":         {ofSSM(api), true},
		"as one returns it after retries":           {ofSSM(&retry.MaxAttemptsError{Attempt: 3, Err: api}), true},
		"a key in the spelling of the model":        {ofSSM(answeredWith(&types.InvalidKeyId{})), true},
		"a key in the other spelling":               {ofSSM(answeredWith(&types.InvalidKeyId{ErrorCodeOverride: aws.String("InvalidKeyIdException")})), true},
		"of the service that gives credentials":     {ofSSM(fmt.Errorf("get identity: %w", other)), false},
		"of a source of credentials":                {ofSSM(fmt.Errorf("get identity: %w", api)), false},
		"of another service, in a client's wrapper": {fmt.Errorf("assume: %w", other), false},
	} {
		store := ssmtest.New(ssmtest.Config{})
		if res := get(t, failing(c.err), fill(store, 4)...); res.Calls > 1 != c.split {
			t.Errorf("%s: %d calls: %s", what, res.Calls, line(res.Names[0]))
		}
	}
}

// remaking is a client that makes an SDK client for each call, of options that all
// its calls share.
type remaking struct{ options ssm.Options }

func (r remaking) GetParameters(ctx context.Context, in *ssm.GetParametersInput, options ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	return ssm.New(r.options, options...).GetParameters(ctx, in, options...)
}

func (r remaking) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, options ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	return ssm.New(r.options, options...).GetParametersByPath(ctx, in, options...)
}

func TestOptionsOfACallMayBeAppliedTwiceAndToWhatCallsShare(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	options := store.SDKClient().Options()
	options.APIOptions = append(make([]func(*middleware.Stack) error, 0, 8), options.APIOptions...)
	for _, o := range get(t, remaking{options}, fill(store, 100)...).Names {
		if o.Class != fetch.Found {
			t.Fatal(line(o))
		}
	}
}
