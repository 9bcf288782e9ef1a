package ssmtest_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// post sends one request to the store's handler.
func post(store *ssmtest.Store, target, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	request.Header.Set("X-Amz-Target", target)
	answer := httptest.NewRecorder()
	store.Handler().ServeHTTP(answer, request)
	return answer
}

func TestWireHasTheFormOfAWSJSON11(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/a", "1")
	answer := post(store, "AmazonSSM.GetParameters", `{"Names":["/a"]}`)
	want := regexp.MustCompile(`^\{"InvalidParameters":\[\],"Parameters":\[\{"ARN":"arn:aws:ssm:us-east-1:123456789012:parameter/a","DataType":"text",` +
		`"LastModifiedDate":\d{10}\.\d{3},"Name":"/a","Type":"String","Value":"1","Version":1\}\]\}\n$`)
	if answer.Code != http.StatusOK || !want.MatchString(answer.Body.String()) {
		t.Errorf("status %d, body %s", answer.Code, answer.Body)
	}
	if got := answer.Header().Get("Content-Type"); got != "application/x-amz-json-1.1" {
		t.Errorf("the content type is %s", got)
	}
}

func TestWireRefusesWhatIsNoRequest(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	for _, c := range []struct {
		target, body, code string
		status             int
	}{
		{"AmazonSSM.GetParameters", `{"Names":["` + password, "SerializationException", 400},
		{"AmazonSSM.GetParameters", ``, "SerializationException", 400},
		{"AmazonSSM.GetParameters", `[]`, "SerializationException", 400},
		{"AmazonSSM.GetParameters", `{"Names":7}`, "SerializationException", 400},
		{"AmazonSSM.PutParameter", `{"Name":"/a","Value":{"` + password + `":1}}`, "SerializationException", 400},
		{"AmazonSSM.GetParameters", `{}`, "ValidationException", 400},
		{"AmazonSSM.GetParametersByPath", `{}`, "ValidationException", 400},
		{"AmazonSSM.PutParameter", `{}`, "ValidationException", 400},
		{"AmazonSSM.LabelParameterVersion", `{}`, "ValidationException", 400},
		{"AmazonSSM.DeleteParameter", `{}`, "ParameterNotFound", 400},
		{"AmazonSSM.GetParameter", `{}`, "UnknownOperationException", 400},
		{"GetParameters", `{}`, "UnknownOperationException", 400},
		{"", `{}`, "UnknownOperationException", 400},
		{"AmazonSSM.GetParameters", `{"Names":["` + strings.Repeat("x", 1<<20), "RequestEntityTooLargeException", 413},
	} {
		answer := post(store, c.target, c.body)
		var body struct {
			Type string `json:"__type"`
		}
		if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || answer.Code != c.status || body.Type != c.code || answer.Header().Get("X-Amzn-ErrorType") != c.code {
			t.Errorf("%s %.40s: status %d, body %s", c.target, c.body, answer.Code, answer.Body)
		}
		if reveals(answer.Body.String()) {
			t.Errorf("%s: the error quotes the body", c.target)
		}
	}
}

func TestWireWritesAreThoseOfAWS(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	client := store.SDKClient()
	put := func(in ssm.PutParameterInput) error {
		_, err := client.PutParameter(t.Context(), &in)
		return err
	}
	name, value := aws.String("/a"), aws.String("v")
	for _, c := range []struct {
		in   ssm.PutParameterInput
		code string
	}{
		{ssm.PutParameterInput{Name: name, Value: value}, ""},
		{ssm.PutParameterInput{Name: name, Value: value}, "ParameterAlreadyExists"},
		{ssm.PutParameterInput{Name: name, Value: value, Overwrite: aws.Bool(true)}, ""},
		{ssm.PutParameterInput{Name: aws.String("/aws/x"), Value: value}, "AccessDeniedException"},
		{ssm.PutParameterInput{Name: aws.String("ssm-x"), Value: value}, "AccessDeniedException"},
		{ssm.PutParameterInput{Name: aws.String("a/b"), Value: value}, "ValidationException"},
		{ssm.PutParameterInput{Name: aws.String("xaws/b"), Value: value}, "ValidationException"},
		{ssm.PutParameterInput{Name: aws.String("/b"), Value: aws.String(strings.Repeat("x", 5000))}, "ValidationException"},
		{ssm.PutParameterInput{Name: aws.String("/b"), Value: aws.String(strings.Repeat("x", 5000)), Tier: "Advanced"}, ""},
	} {
		if err := put(c.in); code(err) != c.code || err == nil != (c.code == "") {
			t.Errorf("put %s: %v, want %q", *c.in.Name, err, c.code)
		}
	}
	out, err := client.LabelParameterVersion(t.Context(), &ssm.LabelParameterVersionInput{Name: name, Labels: []string{"prod", "1st"}})
	if err != nil || out.ParameterVersion != 2 || !slices.Equal(out.InvalidLabels, []string{"1st"}) {
		t.Errorf("label: %+v, %v", out, err)
	}
	for i, want := range []string{"", "ParameterNotFound"} {
		if _, err := client.DeleteParameter(t.Context(), &ssm.DeleteParameterInput{Name: name}); code(err) != want {
			t.Errorf("delete %d: %v", i+1, err)
		}
	}
	if store.CallCount() != 0 {
		t.Error("writes are in the record")
	}
}

// pipes is a listener whose connections are made by dial, in memory.
type pipes struct {
	accept chan net.Conn // sent by dial, received by Accept
	done   chan struct{} // closed by Close
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.accept:
		return conn, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.done); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.accept <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestHandlerServesPipesInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.Put("/a", "1")
		store.SetLatency(time.Minute)
		listener := &pipes{accept: make(chan net.Conn), done: make(chan struct{})}
		server := &http.Server{Handler: store.Handler()}
		go func() { _ = server.Serve(listener) }()
		defer func() { _ = server.Close() }()
		transport := &http.Transport{DialContext: listener.dial}
		defer transport.CloseIdleConnections()
		client := store.SDKClient(func(o *ssm.Options) { o.HTTPClient = &http.Client{Transport: transport} })
		start := time.Now()
		if out, err := get(t.Context(), client, "/a"); err != nil || len(out.Parameters) != 1 || time.Since(start) != time.Minute {
			t.Fatalf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestServerEndsItsCallsWhenClosed(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Fault(ssmtest.Fault{Hang: true})
	began := make(chan struct{})
	store.SetLatencyFunc(func(ssmtest.Call) time.Duration { close(began); return 0 })
	server := store.Serve()
	failed := make(chan error, 1)
	go func() {
		_, err := get(context.Background(), server.Client(), "/a")
		failed <- err
	}()
	<-began
	server.Close()
	if c := store.Calls()[0]; c.End.IsZero() {
		t.Error("Close did not wait for the call")
	}
	if err := <-failed; err == nil {
		t.Error("the call got an answer")
	}
}

func FuzzHandler(f *testing.F) {
	for _, operation := range []string{"GetParameters", "GetParametersByPath", "PutParameter", "LabelParameterVersion", "DeleteParameter"} {
		f.Add("AmazonSSM."+operation, `{"Names":["/a:1","b","arn:aws:ssm:us-east-1:123456789012:parameter/a"],"WithDecryption":true}`)
		f.Add("AmazonSSM."+operation, `{"Path":"/","Recursive":true,"MaxResults":10,"NextToken":"eyJrIjoiIn0","ParameterFilters":[{"Key":"Label","Option":"Equals","Values":["prod"]}]}`)
		f.Add("AmazonSSM."+operation, `{"Name":"/a","Value":"v","Type":"SecureString","KeyId":"k","Overwrite":true,"Labels":["prod",""],"ParameterVersion":-1}`)
		f.Add("AmazonSSM."+operation, `{"Names":[null,""," ",":","::","/"]}`)
	}
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/a", "v")
	store.PutSecret("s", "v")
	f.Fuzz(func(t *testing.T, target, body string) {
		answer := post(store, target, body)
		switch answer.Code {
		case http.StatusOK, http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		default:
			t.Errorf("status %d", answer.Code)
		}
		if !json.Valid(answer.Body.Bytes()) {
			t.Errorf("the answer is no JSON: %q", answer.Body)
		}
	})
}
