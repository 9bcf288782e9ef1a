package fetch_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ssmcache/ssmcache/fetch"
)

// answered is a real SDK client whose every request is answered with the bytes
// given, over a pipe.
func answered(raw string) *ssm.Client {
	dial := func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer func() { _ = far.Close() }()
			request, err := http.ReadRequest(bufio.NewReader(far))
			if err == nil {
				_, err = io.Copy(io.Discard, request.Body)
			}
			if err == nil {
				_, _ = io.WriteString(far, raw)
			}
		}()
		return near, nil
	}
	return ssm.New(ssm.Options{
		BaseEndpoint: aws.String("http://ssm.invalid"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		}),
		HTTPClient: &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}},
		Region:     "us-east-1",
		Retryer:    aws.NopRetryer{},
	})
}

func response(status int, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: %d\r\n\r\n%s", status, http.StatusText(status), len(body), body)
}

func TestTheSDKsErrorsQuoteNothingThatWasReceived(t *testing.T) {
	for what, raw := range map[string]string{
		"a value that is a number":      response(200, `{"Parameters":[{"Name":"/a","Value":`+canary+`}]}`),
		"a value that is a list":        response(200, `{"Parameters":[{"Name":"/a","Value":["`+canary+`"]}]}`),
		"a version that is a text":      response(200, `{"Parameters":[{"Name":"/a","Value":"x","Version":"`+canary+`"}]}`),
		"a version with a fraction":     response(200, `{"Parameters":[{"Name":"/a","Value":"x","Version":`+canary+`.5}]}`),
		"a version out of range":        response(200, `{"Parameters":[{"Name":"/a","Value":"x","Version":`+canary+`0000000000000}]}`),
		"a date that is a text":         response(200, `{"Parameters":[{"Name":"/a","LastModifiedDate":"`+canary+`"}]}`),
		"a truncated body":              response(200, `{"Parameters":[{"Name":"/a","Value":"`+canary),
		"a body that is a value":        response(200, canary),
		"a body that is HTML":           response(200, `<html>`+canary+`</html>`),
		"junk behind a value":           response(200, `{"Parameters":[{"Name":"/a","Value":"`+canary+`"x`+canary+`}]}`),
		"parameters that are a text":    response(200, `{"Parameters":"`+canary+`"}`),
		"a name that is a number":       response(200, `{"Parameters":[{"Name":`+canary+`}]}`),
		"a refusal that is a value":     response(400, canary),
		"a refusal that is HTML":        response(400, `<html>`+canary+`</html>`),
		"a refusal cut short":           response(400, `{"__type":"AccessDeniedException","message":"`+canary),
		"a refusal of a type":           response(400, `{"__type":{"`+canary+`":1}}`),
		"a refusal's odd message":       response(400, `{"__type":"AccessDeniedException","message":`+canary+`}`),
		"a server error that is HTML":   response(503, `<html>`+canary+`</html>`),
		"a reset in mid-body":           "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + `{"Parameters":[{"Name":"/a","Value":"` + canary,
		"a body without a head":         `{"Parameters":[{"Name":"/a","Value":"` + canary + `"}]}` + "\r\n\r\n",
		"a value for a status":          "HTTP/1.1 " + canary + " OK\r\n\r\n",
		"a value for a protocol":        "HTTP/" + canary + " 200 OK\r\n\r\n",
		"a value for a header":          "HTTP/1.1 200 OK\r\n" + canary + " " + canary + "\r\n\r\n",
		"a value for a length":          "HTTP/1.1 200 OK\r\nContent-Length: x" + canary + "\r\n\r\n",
		"a value for another length":    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: " + canary + "\r\n\r\n",
		"a value for an encoding":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + canary + "\r\n\r\n",
		"a value for two encodings":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: " + canary + "\r\n\r\n",
		"a value for a chunk's length":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + canary + "zz\r\n",
		"a value for a chunk's trailer": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx" + canary + "\r\n",
	} {
		t.Run(what, func(t *testing.T) {
			c := answered(raw)
			err := get(t, c, "/a", "/b").Names[0].Err
			if err == nil {
				t.Fatal("no error")
			}
			hides(t, "a name", &fetch.Error{Op: fetch.OpGetParameters, Name: "/a", Err: err})
			hides(t, "a name, in an unexported field", &unexported{err})
			err = list(t, c, "/").Paths[0].Err
			if err == nil && !strings.Contains(raw, `"Name":`) {
				t.Fatal("no error of the listing")
			}
			hides(t, "a listing", err)
		})
	}
}
