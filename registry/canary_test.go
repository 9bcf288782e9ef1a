package registry_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"text/template"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go/logging"
	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// canary is a secret that nothing of ours may show.
const canary = "canary-7f3e-sings"

// showsCanary reports in which form text has the canary; "" if in none.
func showsCanary(text string) string {
	encoded := base64.StdEncoding.EncodeToString([]byte(canary))
	bytesOf := strings.Trim(fmt.Sprint([]byte(canary)), "[]")
	for form, needle := range map[string]string{
		"plain": canary, "hex": hex.EncodeToString([]byte(canary)), "base64": encoded[:16],
		"bytes": bytesOf, "bytes with commas": strings.ReplaceAll(bytesOf, " ", ","),
	} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(needle)) {
			return form
		}
	}
	return ""
}

// shown writes v in every way that a program may show it.
func shown(v any) string {
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%c", "%U", "%t", "%p", "%z"} {
		fmt.Fprintf(&out, verb+"\n", v)
		fmt.Fprintf(&out, verb+"\n", struct{ hidden any }{v})
	}
	logged, logger := newLog()
	logger.Error("shown", "value", v)
	out.WriteString(logged.String())
	for _, encode := range []func(any) error{json.NewEncoder(&out).Encode, xml.NewEncoder(&out).Encode, gob.NewEncoder(&out).Encode} {
		if err := encode(v); err != nil {
			fmt.Fprintln(&out, err)
		}
	}
	if err := template.Must(template.New("").Parse("{{.}}")).Execute(&out, v); err != nil {
		fmt.Fprintln(&out, err)
	}
	return out.String()
}

// TestTheCanaryIsSilentInEveryCallUnderEveryFault drives a secret through the
// public calls, warm, under each fault of the matrix, and after Close, with all
// log levels on. The SDK's own request logging, which a user may switch on, does
// show it: it is the user's, and outside of our output.
func TestTheCanaryIsSilentInEveryCallUnderEveryFault(t *testing.T) {
	stdlog.SetOutput(io.Discard)
	defer stdlog.SetOutput(os.Stderr)
	for _, f := range append(faults(), fault{name: "none"}) {
		synctest.Test(t, func(t *testing.T) {
			ours, logger := newLog()
			var sdk bytes.Buffer
			w := newWire(t, canaryStore(), matrixTimeout)
			client := w.client(func(o *ssm.Options) {
				o.ClientLogMode = aws.LogRequestWithBody | aws.LogResponseWithBody | aws.LogRetries
				o.Logger = logging.NewStandardLogger(&sdk)
			})
			reg, err := registry.Open(t.Context(), registry.Config{Client: client, Logger: logger, FetchTimeout: matrixTimeout})
			if err != nil {
				t.Fatal(err)
			}
			results := canaryCalls(t, reg, w, &f)
			if err := reg.Close(); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			for what, v := range results {
				if form := showsCanary(shown(v)); form != "" {
					t.Errorf("%s: %s shows the canary, %s", f.name, what, form)
				}
			}
			if form := showsCanary(ours.String()); form != "" {
				t.Errorf("%s: our log shows the canary, %s", f.name, form)
			}
			if showsCanary(sdk.String()) == "" {
				t.Errorf("%s: the SDK's log of requests does not show the canary: it was not switched on", f.name)
			}
		})
	}
}

func canaryStore() *ssmtest.Store {
	store := ssmtest.New(ssmtest.Config{})
	store.PutSecure("/canary/secure", canary)
	store.Put("/canary/number", canary)
	store.PutList("/canary/list", canary, canary)
	store.PutSecret("canary", canary)
	return store
}

// canaryCalls makes every public call and returns what came of each: errors and
// the values of exported types, but no text that was asked for.
func canaryCalls(t *testing.T, reg *registry.Registry, w *wire, f *fault) map[string]any {
	results := map[string]any{"registry": reg}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	group, err := reg.Group(registry.GroupConfig{Name: "canary", MaxAge: time.Minute, Mode: registry.RefreshOnRead})
	results["group"], results["Group"] = group, err
	var handles []*handle.Handle
	for _, name := range []string{"/canary/secure", "/canary/number", "/canary/missing", "/canary/number:9"} {
		h, err := group.Parameter(name)
		results["Parameter "+name] = err
		handles = append(handles, h)
	}
	secret, err := group.Secret("canary")
	results["Secret"] = err
	handles = append(handles, secret)
	ints, typed := handle.Int(handles[1]), handle.JSON[map[string]int](handles[0])
	results["Int"], results["JSON"] = ints, typed
	panicking := handle.As(handles[0], func(p fetch.Parameter) (int, error) { panic(p.Text()) })
	results["panicking decoder"] = panicking
	rejected := make([]any, 0, len(handles))
	for _, phase := range []string{"warm", "broken"} {
		if phase == "broken" && f.name != "none" {
			w.set(f)
			time.Sleep(2 * time.Minute)
		}
		results[phase+" Warm"], results[phase+" Refresh"] = group.Warm(ctx), group.Refresh(ctx)
		view, err := group.View(ctx)
		results[phase+" View"], results[phase+" View error"] = view, err
		_, err = group.Parameters(ctx, "/canary", registry.PathOptions{})
		results[phase+" Parameters"] = err
		for _, h := range handles {
			p, err := h.Lookup(ctx)
			results[phase+" Lookup "+h.Name()], results[phase+" Lookup error "+h.Name()] = p, err
			_, err = view.Get(h)
			results[phase+" View.Get "+h.Name()] = err
			results[phase+" Handle "+h.Name()] = h
			err = h.Reject(ctx, p)
			rejected = append(rejected, err)
		}
		_, err = ints.Get(ctx)
		results[phase+" Int.Get"], results[phase+" Int.Err"] = err, ints.Err()
		_, err = typed.Get(ctx)
		results[phase+" JSON.Get"] = err
		_, err = panicking.Get(ctx)
		results[phase+" panic"] = err
		_, err = handle.Retry(ctx, group, handle.RetryOptions{}, func(context.Context) (int, error) { return 0, errors.New("refused") })
		results[phase+" Retry"] = err
		results[phase+" Err"], results[phase+" Stats"], results[phase+" Handles"] = group.Err(), reg.Stats(), group.Handles()
	}
	results["Reject"] = rejected
	return results
}

func TestTheCanaryIsHeardWhereItSings(t *testing.T) {
	for _, v := range []any{canary, []byte(canary), errors.New(canary), struct{ text string }{canary}, &struct{ text string }{canary}, hex.EncodeToString([]byte(canary))} {
		if showsCanary(shown(v)) == "" {
			t.Errorf("%T does not show the canary", v)
		}
	}
}
