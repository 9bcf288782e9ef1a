package fetch_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

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
