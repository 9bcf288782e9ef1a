package fetch_test

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"log"
	"log/slog"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"testing"
	texttemplate "text/template"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"github.com/ssmcache/ssmcache/fetch"
)

// canary is a value that no output may show. Its digits make it a number too.
const canary = "7319204658"

// disguises are the forms in which a value could appear: plain, hex, base64 at
// each alignment, and as a list of bytes.
func disguises(value string) []string {
	raw := []byte(value)
	var forms []string
	for _, format := range []string{"%s", "%x", "% x", "%#x", "%# x", "%d", "%U", "%c", "%q", "%o", "%b", "%#v"} {
		form := fmt.Sprintf(format, raw)
		form = strings.TrimPrefix(form, "[]byte{")
		forms = append(forms, strings.Trim(form, "[]{}"))
	}
	decimal := strings.Trim(fmt.Sprint(raw), "[]")
	forms = append(forms, strings.ReplaceAll(decimal, " ", ","), strings.ReplaceAll(decimal, " ", ", "))
	forms = append(forms, strings.ReplaceAll(fmt.Sprintf("%# x", raw), " ", ", ")) // as a stack prints an array
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for offset := range 3 {
			text := encoding.EncodeToString(append(make([]byte, offset), raw...))
			forms = append(forms, text[(offset*8+5)/6:len(text)-1]) // the ends depend on the neighbours
		}
	}
	for i := range forms {
		forms[i] = strings.ToLower(forms[i])
	}
	return forms
}

var disguised = disguises(canary)

// revealed is the form in which output shows the canary, "" if none.
func revealed(output string) string {
	output = strings.ToLower(output)
	for _, form := range disguised {
		if strings.Contains(output, form) {
			return form
		}
	}
	return ""
}

// outputs is what v looks like in every verb, right or wrong, and in every
// encoding; each begins with what made it.
func outputs(v any) []string {
	var all []string
	for _, flags := range []string{"", "+", "#", "# ", "020.3"} {
		for _, verb := range "vTtbcdoOqxXUeEfFgGspwazZ!" {
			format := "%" + flags + string(verb)
			all = append(all, format+" "+fmt.Sprintf(format, v))
		}
	}
	all = append(all, "Sprint "+fmt.Sprint(v), "Sprintln "+fmt.Sprintln(v), "Errorf "+fmt.Errorf("%w", fmt.Errorf("%v", v)).Error())
	for _, mistake := range []string{"no verb", "%", "%[9]d", "%*d", "%.*d"} {
		all = append(all, mistake+" "+fmt.Sprintf(mistake, v, v))
	}

	encoded := func(what string, encode func(*bytes.Buffer) error) {
		var out bytes.Buffer
		err := encode(&out)
		all = append(all, what+" "+out.String()+" "+fmt.Sprint(err))
	}
	encoded("json", func(out *bytes.Buffer) error { return json.NewEncoder(out).Encode(v) })
	encoded("xml", func(out *bytes.Buffer) error { return xml.NewEncoder(out).Encode(v) })
	encoded("gob", func(out *bytes.Buffer) error { return gob.NewEncoder(out).Encode(v) })
	for _, text := range []string{"{{.}}", "{{printf `%#v` .}}", "{{printf `%x` .}}", "{{js .}}", "{{html .}}", "{{.NoSuchField}}", "{{index . 99}}", "{{len .}}"} {
		encoded("text/template "+text, func(out *bytes.Buffer) error {
			return texttemplate.Must(texttemplate.New("").Parse(text)).Execute(out, v)
		})
	}
	encoded("html/template", func(out *bytes.Buffer) error {
		return template.Must(template.New("").Parse(`<a href="{{.}}">{{.}}</a><script>{{.}}</script>`)).Execute(out, v)
	})
	encoded("log", func(out *bytes.Buffer) error { log.New(out, "", 0).Print(v); return nil })
	options := &slog.HandlerOptions{AddSource: true, Level: slog.LevelDebug - 100}
	for what, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"slog text": func(out *bytes.Buffer) slog.Handler { return slog.NewTextHandler(out, options) },
		"slog json": func(out *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(out, options) },
	} {
		encoded(what, func(out *bytes.Buffer) error {
			logger := slog.New(handler(out))
			logger.Debug("m", "v", v)
			logger.With("v", v).WithGroup("g").Info("m", slog.Group("h", "v", v), "list", []any{v})
			return nil
		})
	}
	return all
}

// hides fails the test if any output of v shows the canary.
func hides(t *testing.T, what string, v any) {
	t.Helper()
	for _, output := range outputs(v) {
		if form := revealed(output); form != "" {
			t.Errorf("%s: shows %q in %.300q", what, form, output)
			return
		}
	}
}

// The shapes in which a caller may keep something of ours. fmt calls no method
// of what an unexported field holds.
type (
	exported   struct{ V any }
	unexported struct{ v any }
	pointing   struct{ v *any }
	nested     struct{ inner unexported }
	nestedPtr  struct{ inner *unexported }
)

// hidesEverywhere is hides, of v by itself and in every shape.
func hidesEverywhere(t *testing.T, what string, v any) {
	t.Helper()
	for shape, shaped := range map[string]any{
		"itself": v, "pointer": &v, "slice": []any{v}, "array": [1]any{v}, "map": map[string]any{"k": v},
		"exported": exported{v}, "unexported": unexported{v}, "pointing": pointing{&v},
		"nested": nested{unexported{v}}, "nested pointer": nestedPtr{&unexported{v}},
		"to exported": &exported{v}, "to unexported": &unexported{v}, "to pointing": &pointing{&v},
		"to nested": &nested{unexported{v}}, "to nested pointer": &nestedPtr{&unexported{v}},
		"list of unexported": []unexported{{v}}, "map of unexported": map[string]*unexported{"k": {v}},
	} {
		hides(t, what+" in "+shape, shaped)
	}
}

func canaryParameter() fetch.Parameter {
	return fetch.NewParameter(types.Parameter{
		Name: aws.String("/a"), Value: aws.String(canary), Type: types.ParameterTypeSecureString, Version: 1, Selector: aws.String(":live"),
		SourceResult: aws.String(`{"versionId":"id","SecretString":"` + canary + `"}`),
	}, started)
}

func TestTheCanaryIsSeenInEveryDisguise(t *testing.T) {
	for _, v := range []any{canary, []byte(canary), exported{[]byte(canary)}, unexported{canary}, &unexported{[]byte(canary)}, errors.New(canary)} {
		seen := 0
		for _, output := range outputs(v) {
			if revealed(output) != "" {
				seen++
			}
		}
		if seen < 40 {
			t.Errorf("%T: seen in %d outputs only", v, seen)
		}
	}
	encoded, err := json.Marshal(exported{[]byte("x" + canary)})
	if err != nil || revealed(string(encoded)) == "" {
		t.Errorf("not seen in base64: %s", encoded)
	}
}

func TestAParameterPrintsLogsAndEncodesWithoutItsValue(t *testing.T) {
	p := canaryParameter()
	equal(t, "it has the value", p.Text(), canary)
	type embedding struct{ fetch.Parameter }
	type typed struct {
		p    fetch.Parameter
		ptr  *fetch.Parameter
		ptrs **fetch.Parameter
		list []fetch.Parameter
		more []*fetch.Parameter
		by   map[string]fetch.Parameter
		byP  map[fetch.Parameter]bool
		any  any
	}
	ptr := &p
	full := typed{p, ptr, &ptr, []fetch.Parameter{p}, []*fetch.Parameter{ptr}, map[string]fetch.Parameter{"k": p}, map[fetch.Parameter]bool{p: true}, p}
	for what, v := range map[string]any{
		"parameter": p, "pointer": ptr, "pointer to pointer": &ptr, "list": full.list, "pointers": full.more, "map": full.by, "key": full.byP,
		"embedded": embedding{p}, "to embedded": &embedding{p}, "typed": full, "to typed": &full,
		"String": p.String(), "LogValue": p.LogValue(),
		"error of Strings": func() error { _, err := p.Strings(); return err }(),
	} {
		hidesEverywhere(t, what, v)
	}
}

func TestNothingElseExportedShowsAValue(t *testing.T) {
	p := canaryParameter()
	c := answering([]types.Parameter{item("/a", "", canary, 1)})
	f := newFetcher(c)
	ask := asks(t, "/a")
	ask[0].Known = p
	req := fetch.Request{Names: ask, Paths: lists(t, "/b")[:0]}
	res := f.Fetch(t.Context(), req)
	equal(t, "the value was fetched", res.Names[0].Parameter.Text(), canary)
	for what, v := range map[string]any{
		"request": req, "result": res, "outcome": res.Names[0], "ask": ask[0], "to result": &res,
		"listing": fetch.Listing{Parameters: []fetch.Parameter{p}}, "list": fetch.List{Path: lists(t, "/b")[0].Path},
		"name": ask[0].Name, "fetcher": f, "gate": fetch.NewGate(1),
	} {
		hidesEverywhere(t, what, v)
	}
}

func TestAParametersMetadataIsPrinted(t *testing.T) {
	p := canaryParameter()
	const want = "/a:live (SecureString, version 1)"
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		equal(t, format, fmt.Sprintf(format, p), want)
	}
	encoded, err := json.Marshal(p)
	equal(t, "json", fmt.Sprint(string(encoded), err), `{"name":"/a:live","type":"SecureString","version":1,"fetched_at":"2026-05-04T03:02:01Z"}<nil>`)
	encoded, err = xml.Marshal(p)
	equal(t, "xml", fmt.Sprint(string(encoded), err), "<Parameter>"+want+"</Parameter><nil>")
	equal(t, "log", p.LogValue().String(), "[name=/a:live type=SecureString version=1 fetched_at=2026-05-04 03:02:01 +0000 UTC]")
	if err := gob.NewEncoder(new(bytes.Buffer)).Encode(p); err == nil {
		t.Error("gob encodes a Parameter")
	}
}

// quoting is errors that quote what was received.
func quoting(t *testing.T) map[string]error {
	var number *strconv.NumError
	_, err := strconv.Atoi(canary + "x")
	if !errors.As(err, &number) {
		t.Fatal(err)
	}
	var into struct{ N bool }
	mismatch := json.Unmarshal([]byte(`{"N":`+canary+`}`), &into)
	syntax := json.Unmarshal([]byte(canary+"x"), &into)
	if mismatch == nil || syntax == nil {
		t.Fatal("no JSON errors")
	}
	broken := errors.New(`malformed HTTP response "` + canary + `"`)
	return map[string]error{
		"deserialization":            &smithy.DeserializationError{Err: errors.New(canary), Snapshot: []byte(canary)},
		"deserialization's snapshot": &smithy.DeserializationError{Err: errors.New("x"), Snapshot: []byte(canary)},
		"JSON type":                  mismatch,
		"JSON syntax":                fmt.Errorf("%s: %w", canary, syntax),
		"number":                     number,
		"base64":                     fmt.Errorf("%s: %w", canary, base64.CorruptInputError(1)),
		"header":                     textproto.ProtocolError("malformed MIME header line: " + canary),
		"HTTP":                       &url.Error{Op: "Post", URL: "https://ssm.us-east-1.amazonaws.com/", Err: fmt.Errorf("net/http: HTTP/1.x transport connection broken: %w", broken)},
	}
}

func TestNoErrorOfACallQuotesWhatWasReceived(t *testing.T) {
	for what, cause := range quoting(t) {
		for wrapping, err := range map[string]error{
			"itself":    cause,
			"operation": &smithy.OperationError{ServiceID: "SSM", OperationName: "GetParameters", Err: cause},
			"wrapped":   fmt.Errorf("exceeded maximum number of attempts, 3, %w", &smithy.OperationError{Err: cause}),
			"joined":    errors.Join(errors.New("x"), cause),
		} {
			outcome := get(t, failing(err), "/a").Names[0]
			equal(t, what+" "+wrapping, line(outcome), "failed: the answer could not be decoded")
			fact := &fetch.Error{Op: fetch.OpGetParameters, Name: "/a", Err: outcome.Err}
			hides(t, what+" "+wrapping, outcome.Err)
			if hides(t, what+" as a fact", fact); wrapping == "operation" {
				hidesEverywhere(t, what+" as a fact", fact)
			}
			var deserialization *smithy.DeserializationError
			equal(t, what+": its snapshot can be reached", errors.As(outcome.Err, &deserialization), false)
			listing := list(t, failing(err), "/a").Paths[0]
			equal(t, what+" of a listing", code(listing.Err), "the answer could not be decoded")
			hides(t, what+" of a listing", listing)
		}
	}
}

func TestADecodersErrorIsReachedByErrorsAsAlone(t *testing.T) {
	for what, cause := range quoting(t) {
		err := fetch.Decoding("the value is not an integer", cause)
		equal(t, what, err.Error(), "the value is not an integer")
		hidesEverywhere(t, what, err)
		hidesEverywhere(t, what+" as a fact", &fetch.Error{Op: fetch.OpDecode, Name: "/a", Err: err})
		hidesEverywhere(t, what+" wrapped", fmt.Errorf("loading: %w", errors.Join(err, errors.New("x"))))
		equal(t, what+" unwraps to", errors.Unwrap(err), nil)
	}
	causes := quoting(t)
	fact := fmt.Errorf("loading: %w", &fetch.Error{Op: fetch.OpDecode, Name: "/a", Err: fetch.Decoding("x", causes["number"])})
	var number *strconv.NumError
	if !errors.As(fact, &number) || number.Num != canary+"x" {
		t.Error("the NumError cannot be reached")
	}
	var mismatch *json.UnmarshalTypeError
	if !errors.As(fetch.Decoding("x", fmt.Errorf("deeper: %w", causes["JSON type"])), &mismatch) {
		t.Error("the UnmarshalTypeError cannot be reached")
	}
	if errors.As(fetch.Decoding("x", causes["number"]), &mismatch) {
		t.Error("an error is reached that is not there")
	}
}

// cipher takes a key as an array, which a stack with arguments prints.
//
//go:noinline
func cipher(key [len(canary)]byte) error { panic(fmt.Sprintf("a key of %d bytes", len(key))) }

func TestAPanicsErrorDoesNotShowItsValue(t *testing.T) {
	for _, value := range []any{canary, errors.New(canary), []byte(canary), secretPanic{canary}, &secretPanic{canary}, []string{canary}, canaryParameter()} {
		err := fetch.Guard(func() error { panic(value) })
		hidesEverywhere(t, fmt.Sprintf("panic of %T", value), err)
	}
	var panicked *fetch.PanicError
	if err := fetch.Guard(func() error { return cipher([len(canary)]byte([]byte(canary))) }); !errors.As(err, &panicked) {
		t.Fatal(err)
	}
	stack := string(panicked.Stack)
	if form := revealed(stack); form != "" || !strings.Contains(stack, "fetch_test.cipher\n") || !strings.Contains(stack, "secrecy_test.go:") {
		t.Errorf("the stack, which shows %q:\n%s", form, stack)
	}
	equal(t, "no panic", fetch.Guard(func() error { return nil }), nil)
	own := errors.New("own")
	equal(t, "an error", fetch.Guard(func() error { return own }), own)
}

func TestAnErrorIsAFactAboutOneName(t *testing.T) {
	err := error(&fetch.Error{Op: fetch.OpGetParameters, Name: "/a:1", Err: fetch.ErrNotFound})
	equal(t, "text", err.Error(), `ssmcache: GetParameters "/a:1": parameter not found`)
	if !errors.Is(err, fetch.ErrNotFound) || !errors.Is(err, fetch.ErrInvalidParameter) {
		t.Error("its cause cannot be matched")
	}
}
