package ssmtest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

func TestFaultHitsTheCallsThatAskForItsName(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	for _, c := range []struct {
		fault string
		asked string
		hit   bool
	}{
		{"/a/b", "/a/b", true},
		{"/a/b", "/a/b:3", true},
		{"/a/b", " /a/b ", true},
		{"/a/b", "arn:aws:ssm:us-east-1:123456789012:parameter/a/b:prod", true},
		{"/a/b:3", "/a/b:3", true},
		{"/a/b:3", "/a/b", false},
		{"/a/b:3", "/a/b:2", false},
		{"p", "/p", true},
		{"/p", "p:1", true},
		{"/a/b", "/a/bc", false},
		{"in ner", "in ner", true},
		{"/aws/reference/secretsmanager/s", "/aws/reference/secretsmanager/s:AWSPREVIOUS", true},
		{"/s", "/aws/reference/secretsmanager//s", false},
		{"s", "/aws/reference/secretsmanager/s", false},
		{"", "/a/b", true},
	} {
		remove := store.Fault(ssmtest.Fault{Name: c.fault, Code: "InternalServerError"})
		_, err := get(t.Context(), store.Client(), "/healthy", c.asked)
		if hit := code(err) == "InternalServerError"; hit != c.hit {
			t.Errorf("a fault of %q hits a call for %q: %t", c.fault, c.asked, hit)
		}
		remove()
	}
	if _, err := get(t.Context(), store.Client(), "/a/b"); err != nil {
		t.Errorf("with all faults removed: %v", err)
	}
}

func TestFaultHitsTheListingsOfItsPath(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Fault(ssmtest.Fault{Name: "/a/b", Code: "AccessDeniedException"})
	for path, hit := range map[string]bool{"/a/b": true, "/a/b/": true, "/a": false, "/a/b/c": false, "/": false} {
		if _, err := list(t.Context(), store.Client(), path); (code(err) == "AccessDeniedException") != hit {
			t.Errorf("listing %s: %v", path, err)
		}
	}
}

func TestFaultHitsItsOperationOnly(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Fault(ssmtest.Fault{Operation: ssmtest.GetParameters, Code: "ThrottlingException"})
	if _, err := get(t.Context(), store.Client(), "/a"); code(err) != "ThrottlingException" {
		t.Error(err)
	}
	if _, err := list(t.Context(), store.Client(), "/a"); err != nil {
		t.Error(err)
	}
}

func TestFaultEndsAfterItsTimes(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	remove := store.Fault(ssmtest.Fault{Code: "ThrottlingException", Times: 2})
	for i, want := range []string{"ThrottlingException", "ThrottlingException", "", ""} {
		if _, err := get(t.Context(), store.Client(), "/a"); code(err) != want {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
	remove() // once more does no harm
}

func TestFirstFaultThatDecidesKeepsTheOthersForLater(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Fault(ssmtest.Fault{Code: "ThrottlingException", Times: 1})
	store.Fault(ssmtest.Fault{Code: "InternalServerError", Times: 1})
	for i, want := range []string{"ThrottlingException", "InternalServerError", ""} {
		if _, err := get(t.Context(), store.Client(), "/a"); code(err) != want {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
}

func TestFaultReturnsItsOwnError(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	own := errors.New("no route")
	store.Fault(ssmtest.Fault{Err: own})
	if _, err := get(t.Context(), store.Client(), "/a"); err != own {
		t.Error(err)
	}
	if _, err := get(t.Context(), store.SDKClient(), "/a"); code(err) != "InternalServerError" || strings.Contains(err.Error(), "no route") {
		t.Error(err)
	}
}

func TestFaultWaitsOnTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.SetLatency(time.Second)
		store.Fault(ssmtest.Fault{Delay: 2 * time.Second})
		store.Fault(ssmtest.Fault{Delay: 4 * time.Second, Code: "InternalServerError"})
		start := time.Now()
		_, err := get(t.Context(), store.Client(), "/a")
		if took := time.Since(start); took != 7*time.Second || code(err) != "InternalServerError" {
			t.Fatalf("after %v: %v", took, err)
		}
	})
}

func TestHangEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.Fault(ssmtest.Fault{Hang: true})
		for _, client := range []ssmtest.Reader{store.Client(), store.SDKClient()} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			start := time.Now()
			_, err := get(ctx, client, "/a")
			if took := time.Since(start); took != time.Minute || !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("%T: after %v: %v", client, took, err)
			}
			cancel()
		}
	})
}

func TestUntilHoldsACallBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.Put("/a", "1")
		release := make(chan struct{})
		store.Fault(ssmtest.Fault{Until: release})
		time.AfterFunc(time.Hour, func() { close(release) })
		start := time.Now()
		if _, err := get(t.Context(), store.Client(), "/a"); err != nil || time.Since(start) != time.Hour {
			t.Fatalf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestDeafCallLingersAfterItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.Put("/a", "1")
		store.Fault(ssmtest.Fault{Delay: time.Minute, Deaf: true})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if out, err := get(ctx, store.Client(), "/a"); err != nil || len(out.Parameters) != 1 || time.Since(start) != time.Minute {
			t.Fatalf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestPanicIsTheMemoryFacesAlone(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Fault(ssmtest.Fault{Panic: "at the disco"})
	func() {
		defer func() {
			if got := recover(); got != "at the disco" {
				t.Errorf("recovered %v", got)
			}
		}()
		_, _ = get(t.Context(), store.Client(), "/a")
	}()
	if _, err := get(t.Context(), store.SDKClient(), "/a"); code(err) != "InternalServerError" {
		t.Error(err)
	}
	if c := store.Calls()[0]; c.End.IsZero() {
		t.Error("the record has the call under way")
	}
}

func TestBothFacesFailAlike(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	for _, code := range []string{
		"AccessDeniedException", "InternalServerError", "InvalidFilterKey", "InvalidFilterOption", "InvalidFilterValue", "InvalidKeyId",
		"InvalidNextToken", "ServiceUnavailable", "ThrottlingException", "ValidationException", "ExpiredTokenException", "TooManyRequests",
	} {
		remove := store.Fault(ssmtest.Fault{Code: code, Name: "/a"})
		_, memory := get(t.Context(), store.Client(), "/a")
		_, wire := get(t.Context(), store.SDKClient(), "/a")
		remove()
		var one, other smithy.APIError
		if !errors.As(memory, &one) || !errors.As(wire, &other) {
			t.Fatalf("%s: %v and %v", code, memory, wire)
		}
		if fmt.Sprintf("%T", one) != fmt.Sprintf("%T", other) || memory.Error() != wire.Error() {
			t.Errorf("%s differs:\n%T %v\n%T %v", code, one, memory, other, wire)
		}
	}
}

func TestFaultsHaveTheStatusAndTheTextOfAWS(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	for _, c := range []struct {
		fault  ssmtest.Fault
		status int
		text   string
	}{
		{ssmtest.Fault{Code: "ThrottlingException"}, http.StatusBadRequest, "Rate exceeded"},
		{ssmtest.Fault{Code: "InternalServerError"}, http.StatusInternalServerError, "server side"},
		{ssmtest.Fault{Code: "ServiceUnavailable"}, http.StatusServiceUnavailable, "failed"},
		{ssmtest.Fault{Code: "Odd", Status: http.StatusTeapot, Message: "short and stout"}, http.StatusTeapot, "short and stout"},
		{ssmtest.Fault{Code: "AccessDeniedException", Name: "/a/b"}, http.StatusBadRequest, "ssm:GetParameters on resource: arn:aws:ssm:us-east-1:123456789012:parameter/a/b "},
		{ssmtest.Fault{Code: "InvalidKeyId"}, http.StatusBadRequest, "is disabled"},
	} {
		remove := store.Fault(c.fault)
		_, err := get(t.Context(), store.Client(), "/a/c", "/a/b")
		remove()
		var response *smithyhttp.ResponseError
		if !errors.As(err, &response) || response.HTTPStatusCode() != c.status || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", c.fault.Code, err)
		}
	}
	store.Fault(ssmtest.Fault{Code: "InvalidKeyId"})
	_, err := get(t.Context(), store.Client(), "/a")
	var typed *types.InvalidKeyId
	if !errors.As(err, &typed) {
		t.Errorf("%T is not the SDK's type", err)
	}
}
