package ssmtest

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Server is the HTTP face of a [Store] on a loopback port.
type Server struct {
	URL string // such as "http://127.0.0.1:40123", without a trailing slash

	store  *Store             // constant
	server *httptest.Server   // constant
	cancel context.CancelFunc // constant
}

// Serve starts a server on a free port of the loopback interface. It panics when
// there is none.
func (s *Store) Serve() *Server {
	ctx, cancel := context.WithCancel(context.Background())
	server := httptest.NewUnstartedServer(s.Handler())
	server.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	server.Start()
	if transport, ok := server.Client().Transport.(*http.Transport); ok {
		transport.MaxIdleConnsPerHost = 100 // more than a test has calls in flight
	}
	return &Server{URL: server.URL, store: s, server: server, cancel: cancel}
}

// Close ends the calls under way, waits for them, and frees the port. Calls held
// by a [Fault] that is Deaf keep Close waiting until they are let go.
func (srv *Server) Close() {
	srv.cancel()
	srv.server.Close()
}

// Client returns a real SDK client that talks to the server, with credentials of
// its own and without retries unless the options say otherwise.
func (srv *Server) Client(options ...func(*ssm.Options)) *ssm.Client {
	return srv.store.sdkClient(srv.URL, srv.server.Client(), options)
}

// SDKClient returns a real SDK client whose requests reach [Store.Handler]
// through the whole protocol, but without a socket or a goroutine: it runs inside
// a testing/synctest bubble. It does not retry unless the options say otherwise.
func (s *Store) SDKClient(options ...func(*ssm.Options)) *ssm.Client {
	return s.sdkClient("http://ssmtest.invalid", &http.Client{Transport: &direct{handler: s.Handler()}}, options)
}

func (s *Store) sdkClient(url string, client *http.Client, options []func(*ssm.Options)) *ssm.Client {
	return ssm.New(ssm.Options{
		BaseEndpoint: aws.String(url),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "ssmtest", SecretAccessKey: "ssmtest", Source: "ssmtest"}, nil
		}),
		HTTPClient: client,
		Region:     s.home.region,
		Retryer:    aws.NopRetryer{},
	}, options...)
}

// direct is a transport that runs the handler on the caller's goroutine.
type direct struct {
	handler http.Handler // constant
}

// RoundTrip answers a request, or fails with the error of its context.
func (d *direct) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	request := r.Clone(r.Context())
	if request.Body == nil {
		request.Body = http.NoBody
	}
	d.handler.ServeHTTP(answer, request)
	_ = request.Body.Close() // as a transport must; it has been read
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	response := answer.Result()
	response.Request = r
	return response, nil
}

// String describes the server by its address and its store.
func (srv *Server) String() string {
	return "ssmtest.Server at " + srv.URL + " of " + srv.store.String()
}

// Format writes String for every verb.
func (srv *Server) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, srv.String()) }
