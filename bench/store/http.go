package store

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// Serve starts a server on the loopback interface that speaks the store's
// wire format. The caller closes it.
func (s *Store) Serve() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(s.handle))
}

// SSM returns a client of the AWS SDK whose requests are answered in process:
// they are marshalled, signed and decoded as ever, but pass no socket.
func (s *Store) SSM() *ssm.Client {
	return ssm.New(ssm.Options{
		Region:      "eu-west-1",
		Credentials: credentials.NewStaticCredentialsProvider("bench", "bench", ""),
		HTTPClient:  roundTrip{s},
		// Retries would blur the count of calls, and nothing fails here.
		RetryMaxAttempts: 1,
	})
}

// roundTrip is an HTTP client that calls its store.
type roundTrip struct{ store *Store }

func (r roundTrip) Do(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	rec := httptest.NewRecorder()
	r.store.handle(rec, req)
	return rec.Result(), nil
}

// request is the union of the inputs that handle understands.
type request struct {
	Name  string
	Names []string
}

// parameter is types.Parameter on the wire.
type parameter struct {
	ARN, DataType, Name, Type, Value string
	LastModifiedDate                 float64
	Version                          int64
}

func (s *Store) handle(w http.ResponseWriter, req *http.Request) {
	var in request
	if err := json.NewDecoder(req.Body).Decode(&in); err != nil {
		refuse(w, err)
		return
	}
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	switch operation {
	case "GetParameter":
		out, err := s.GetParameter(req.Context(), &ssm.GetParameterInput{Name: &in.Name})
		if err != nil {
			refuse(w, err)
			return
		}
		reply(w, map[string]any{"Parameter": encode(*out.Parameter)})
	case "GetParameters":
		out, err := s.GetParameters(req.Context(), &ssm.GetParametersInput{Names: in.Names})
		if err != nil {
			refuse(w, err)
			return
		}
		parameters := make([]parameter, len(out.Parameters))
		for i, p := range out.Parameters {
			parameters[i] = encode(p)
		}
		reply(w, map[string]any{"Parameters": parameters, "InvalidParameters": out.InvalidParameters})
	default:
		refuse(w, errors.New("UnknownOperationException"))
	}
}

func encode(p types.Parameter) parameter {
	return parameter{
		ARN:              aws.ToString(p.ARN),
		DataType:         aws.ToString(p.DataType),
		Name:             aws.ToString(p.Name),
		Type:             string(p.Type),
		Value:            aws.ToString(p.Value),
		LastModifiedDate: float64(p.LastModifiedDate.Unix()),
		Version:          p.Version,
	}
}

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(body) // a client that has left needs no answer
}

func refuse(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": "ValidationException", "message": err.Error()})
}
