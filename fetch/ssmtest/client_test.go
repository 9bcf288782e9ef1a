package ssmtest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// get asks for names with decryption.
func get(ctx context.Context, c ssmtest.Reader, names ...string) (*ssm.GetParametersOutput, error) {
	return c.GetParameters(ctx, &ssm.GetParametersInput{Names: names, WithDecryption: aws.Bool(true)})
}

// list asks for the first page of a recursive listing with decryption.
func list(ctx context.Context, c ssmtest.Reader, path string) (*ssm.GetParametersByPathOutput, error) {
	return c.GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: aws.String(path), Recursive: aws.Bool(true), WithDecryption: aws.Bool(true)})
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func TestLatencyPassesExactlyOnTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.Put("/a", "1")
		store.SetLatency(70 * time.Millisecond)
		start := time.Now()
		if _, err := get(t.Context(), store.Client(), "/a"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 70*time.Millisecond {
			t.Fatalf("the call took %v", took)
		}
	})
}

func TestAnAnswerIsFixedWhenItsCallStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.Put("/a", "old")
		store.SetLatency(time.Second)
		time.AfterFunc(time.Millisecond, func() { store.Put("/a", "new") })
		out, err := get(t.Context(), store.Client(), "/a")
		if err != nil {
			t.Fatal(err)
		}
		if text := aws.ToString(out.Parameters[0].Value); text != "old" {
			t.Fatalf("the call that started before the put was answered %q", text)
		}
	})
}

func TestContextEndsALatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.SetLatency(time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		_, err := get(ctx, store.Client(), "/a")
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 3*time.Second {
			t.Fatalf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestEndedContextGetsNoAnswer(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/a", "1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := get(ctx, store.Client(), "/a"); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := list(ctx, store.Client(), "/"); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestAnswersAreTheCallersToModify(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/a/b", "1")
	store.Label("/a/b", 0, "prod")
	for range 2 {
		out, err := get(t.Context(), store.Client(), "/a/b", "/a/b:prod", "/none")
		if err != nil {
			t.Fatal(err)
		}
		page, err := list(t.Context(), store.Client(), "/a")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range append(out.Parameters, page.Parameters...) {
			if *p.Name != "/a/b" || *p.Value != "1" || p.Version != 1 || !strings.HasSuffix(*p.ARN, ":parameter/a/b") || *p.DataType != "text" {
				t.Fatal("the second answer shows what was done to the first")
			}
			*p.Name, *p.Value, *p.ARN, *p.DataType, *p.LastModifiedDate = "x", "x", "x", "x", time.Time{}
		}
		out.InvalidParameters[0] = "x"
	}
}
