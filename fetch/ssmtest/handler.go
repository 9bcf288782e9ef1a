package ssmtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/aws/smithy-go"
)

// maxBody bounds a request: ten names or one value are far from it.
const maxBody = 1 << 20

// contentType is that of the AWS JSON 1.1 protocol.
const contentType = "application/x-amz-json-1.1"

// targetPrefix stands before the operation in the X-Amz-Target header.
const targetPrefix = "AmazonSSM."

// Handler returns the store's HTTP face: the AWS JSON 1.1 protocol for
// GetParameters and GetParametersByPath, and, for seeding the store from another
// process, PutParameter, LabelParameterVersion and DeleteParameter. It accepts
// any credentials, starts no goroutine, and ends a wait when the request's
// context ends. Writes are neither recorded nor delayed nor made to fail.
func (s *Store) Handler() http.Handler { return &handler{store: s} }

type handler struct {
	store *Store // constant
}

// operation answers one request's body with what is to be encoded.
type operation func(ctx context.Context, s *Store, body []byte) (any, error)

var operations = map[string]operation{
	GetParameters:           serveGetParameters,
	GetParametersByPath:     serveGetParametersByPath,
	"PutParameter":          servePutParameter,
	"LabelParameterVersion": serveLabelParameterVersion,
	"DeleteParameter":       serveDeleteParameter,
}

// ServeHTTP answers one request. A panic, which only a fault can cause, becomes
// status 500.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if recover() != nil {
			writeError(w, &apiError{code: "InternalServerError", message: "An error occurred on the server side."})
		}
	}()
	answer, err := h.serve(w, r)
	if err != nil {
		writeError(w, refusalOf(err))
		return
	}
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(answer); err != nil {
		writeError(w, &apiError{code: "InternalServerError", message: "The answer cannot be encoded."})
		return
	}
	write(w, http.StatusOK, body.Bytes())
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request) (any, error) {
	name, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), targetPrefix)
	op := operations[name]
	if !ok || op == nil || r.Method != http.MethodPost {
		return nil, &apiError{code: "UnknownOperationException"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, &apiError{code: "RequestEntityTooLargeException", message: "Request size exceeded 1048576 bytes"}
		}
		return nil, serialization()
	}
	return op(r.Context(), h.store, body)
}

// refusalOf is the refusal that an error of the memory face, or of a fault,
// stands for on the wire. An error without a code becomes a server's error
// without a text, for the text may quote anything.
func refusalOf(err error) *apiError {
	var refusal *apiError
	if errors.As(err, &refusal) {
		return refusal
	}
	var cancelled *smithy.CanceledError
	if errors.As(err, &cancelled) { // the client has left, or the server closes
		return &apiError{code: "ServiceUnavailable", message: "The request was given up."}
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return &apiError{code: "InternalServerError", message: "An error occurred on the server side."}
	}
	refusal = &apiError{code: api.ErrorCode(), message: api.ErrorMessage()}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		refusal.status = response.HTTPStatusCode()
	} else if api.ErrorFault() == smithy.FaultServer {
		refusal.status = http.StatusInternalServerError
	}
	return refusal
}

// writeError sends a refusal.
func writeError(w http.ResponseWriter, e *apiError) {
	body := map[string]string{"__type": e.code}
	if e.message != "" {
		body["message"] = e.message
	}
	text, _ := json.Marshal(body) // strings marshal without an error
	w.Header().Set("X-Amzn-ErrorType", e.code)
	write(w, e.httpStatus(), text)
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Amzn-RequestId", requestID)
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has left is not our trouble
}
