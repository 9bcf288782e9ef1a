package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"golang.org/x/sync/errgroup"

	"github.com/ssmcache/ssmcache/bench/store"
)

func TestEveryFaceOfTheStoreGivesTheSameAnswer(t *testing.T) {
	s := store.New(store.Config{})
	in := &ssm.GetParametersInput{Names: store.Names(10)}
	direct, err := s.GetParameters(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	client, err := s.SSM().GetParameters(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(client.Parameters), len(direct.Parameters); got != want {
		t.Fatalf("the SDK's client got %d parameters, want %d", got, want)
	}
	for i, p := range client.Parameters {
		q := direct.Parameters[i]
		if *p.Name != *q.Name || *p.Value != *q.Value || *p.ARN != *q.ARN ||
			p.Version != q.Version || p.Type != q.Type || !p.LastModifiedDate.Equal(*q.LastModifiedDate) {
			t.Errorf("the SDK's client got %s, want %s", *p.ARN, *q.ARN)
		}
		if *p.Value != store.Value(*p.Name) {
			t.Errorf("the value of %s is not Value's", *p.Name)
		}
	}
	one, err := s.SSM().GetParameter(t.Context(), &ssm.GetParameterInput{Name: &in.Names[3]})
	if err != nil || *one.Parameter.Value != store.Value(in.Names[3]) {
		t.Errorf("GetParameter: %v", err)
	}
	if got := s.Calls(); got != 3 {
		t.Errorf("%d calls were counted, want 3", got)
	}
	if got := s.Names(); got != 21 {
		t.Errorf("%d names were counted, want 21", got)
	}
}

func TestChangeGivesEveryNameAnotherValueAndVersion(t *testing.T) {
	s := store.New(store.Config{})
	read := func() (string, int64) {
		out, err := s.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/p")})
		if err != nil {
			t.Fatal(err)
		}
		return *out.Parameter.Value, out.Parameter.Version
	}
	v1, n1 := read()
	s.Change()
	v2, n2 := read()
	if v1 == v2 || n2 != n1+1 || len(v1) != len(v2) {
		t.Errorf("%q at %d became %q at %d", v1, n1, v2, n2)
	}
}

func TestMoreThanTenNamesAreRefused(t *testing.T) {
	s := store.New(store.Config{})
	if _, err := s.GetParameters(t.Context(), &ssm.GetParametersInput{Names: store.Names(11)}); err == nil {
		t.Error("eleven names were accepted")
	}
	if got := s.Calls(); got != 0 {
		t.Errorf("%d calls were counted, want 0", got)
	}
}

func TestCallsTakeTheirLatencyAndWaitForASlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.New(store.Config{Latency: 10 * time.Millisecond, Slots: 10})
		names := store.Names(1)
		start := time.Now()
		var calls errgroup.Group
		for range 95 {
			calls.Go(func() error {
				_, err := s.GetParameters(t.Context(), &ssm.GetParametersInput{Names: names})
				return err
			})
		}
		if err := calls.Wait(); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start); got != 100*time.Millisecond {
			t.Errorf("95 calls took %v, want 100ms", got)
		}
	})
}

func TestACallEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.New(store.Config{Latency: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := s.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("/p")})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
	})
}

func TestNamesAreDistinct(t *testing.T) {
	names := store.Names(12_345)
	slices.Sort(names)
	if got := len(slices.Compact(names)); got != 12_345 {
		t.Errorf("%d names are distinct, want 12345", got)
	}
	name, value, arn := store.Size(names[0])
	if name != len(names[0]) || value != len(store.Value(names[0])) || arn <= name {
		t.Errorf("Size = %d, %d, %d", name, value, arn)
	}
}
