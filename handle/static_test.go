package handle_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
)

func TestStaticHandleAlwaysHasItsText(t *testing.T) {
	for _, want := range []string{"db.internal", ""} {
		h := handle.Static("/app/host", want)
		for range 2 {
			if text, err := h.Get(ended()); err != nil || text != want {
				t.Errorf("Get: %q, %v", text, err)
			}
			if p, err := h.Lookup(ended()); err != nil || p.Text() != want || p.Name() != "/app/host" || p.Type() != types.ParameterTypeString || p.Version() != 1 {
				t.Errorf("Lookup: %v, %v", p, err)
			}
			if p, ok := h.Peek(); !ok || p.Text() != want || time.Since(p.FetchedAt()) > time.Hour {
				t.Errorf("Peek: %v, %v", p, ok)
			}
			if err := h.Refresh(t.Context()); err != nil {
				t.Errorf("Refresh: %v", err)
			}
		}
		if h.Name() != "/app/host" || h.String() != "/app/host" {
			t.Errorf("the name is %q", h.Name())
		}
		p, _ := h.Peek()
		if err := h.Reject(t.Context(), p); !errors.Is(err, handle.ErrUnchanged) {
			t.Errorf("Reject of its value: %v", err)
		}
		other, _ := handle.Static("/app/host", "other").Peek()
		if err := h.Reject(t.Context(), other); err != nil {
			t.Errorf("Reject of another value: %v", err)
		}
	}
}

func TestStaticParameterHasItsMetadata(t *testing.T) {
	fetched := time.Now().Add(-time.Hour)
	p := fetch.NewParameter(types.Parameter{
		Name: aws.String("/list"), Value: aws.String("a,b"), Type: types.ParameterTypeStringList, Version: 7, Selector: aws.String(":prod"),
	}, fetched)
	h := handle.StaticParameter(p)
	if h.Name() != "/list:prod" {
		t.Errorf("the name is %q", h.Name())
	}
	if got, err := h.Lookup(t.Context()); err != nil || got != p || got.Version() != 7 || !got.FetchedAt().Equal(fetched) {
		t.Errorf("Lookup: %v, %v", got, err)
	}
	if items, err := handle.Strings(h).Get(t.Context()); err != nil || !slices.Equal(items, []string{"a", "b"}) {
		t.Errorf("Strings: %q, %v", items, err)
	}
}

func TestStaticErrorFailsEveryReadAndRefresh(t *testing.T) {
	want := errors.New("denied")
	h := handle.StaticError("/a", want)
	if text, err := h.Get(t.Context()); !errors.Is(err, want) || text != "" {
		t.Errorf("Get: %q, %v", text, err)
	}
	if p, err := h.Lookup(t.Context()); !errors.Is(err, want) || !p.IsZero() {
		t.Errorf("Lookup: %v, %v", p, err)
	}
	if err := h.Refresh(t.Context()); !errors.Is(err, want) {
		t.Errorf("Refresh: %v", err)
	}
	if p, ok := h.Peek(); ok {
		t.Errorf("Peek: %v", p)
	}
	if _, err := handle.Int(h).Get(t.Context()); !errors.Is(err, want) {
		t.Errorf("Int: %v", err)
	}
	if h.Name() != "/a" {
		t.Errorf("the name is %q", h.Name())
	}
}

func TestChangesOfAStaticHandleYieldsItsValueAndWaitsForTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		var seen []string
		for p := range handle.Static("/a", "x").Changes(ctx) {
			seen = append(seen, p.Text())
		}
		for p := range handle.StaticError("/a", errors.New("denied")).Changes(ctx) {
			seen = append(seen, p.Text())
		}
		if !slices.Equal(seen, []string{"x"}) || time.Since(start) != time.Minute {
			t.Errorf("saw %q in %v", seen, time.Since(start))
		}
	})
}

func TestValueOfAStaticHandleThatDoesNotDecodeSaysSo(t *testing.T) {
	v := handle.Int(handle.Static("/n", "none"))
	var fact *fetch.Error
	if n, err := v.Get(t.Context()); !errors.As(err, &fact) || fact.Op != fetch.OpDecode {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := handle.Int(handle.Static("/n", "7")).Get(ended()); err != nil || n != 7 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestRetryWithAStaticHandle(t *testing.T) {
	h, tries := handle.Static("/a", "x"), 0
	_, err := handle.Retry(t.Context(), h, handle.RetryOptions{}, func(context.Context) (int, error) {
		tries++
		return 0, errOp
	})
	if tries != 2 || !errors.Is(err, errOp) {
		t.Errorf("%d tries, %v", tries, err)
	}
}

func TestAStaticHandleOfNothingFails(t *testing.T) {
	for _, h := range []*handle.Handle{handle.StaticParameter(fetch.Parameter{}), handle.StaticError("/a", nil)} {
		if _, err := h.Get(t.Context()); err == nil {
			t.Errorf("%q has a value", h.Name())
		}
	}
}
