package ssmtest

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// malformedName is what Parameter Store says of any malformed name. The text
// misleads: the prefix is seldom the trouble.
const malformedName = `Parameter name: can't be prefixed with "ssm" (case-insensitive). ` +
	`If formed as a path, it can consist of sub-paths divided by slash symbol; ` +
	`each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`

// malformedPath is what Parameter Store says of a path that is none.
const malformedPath = `The parameter doesn't meet the parameter name requirements. ` +
	`The parameter name must begin with a forward slash "/". It can't be prefixed with "aws" or "ssm" (case-insensitive). ` +
	`It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). ` +
	`Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". ` +
	`Valid example: /get/parameters2-/by1./path0_.`

// apiError is a refusal, before a face gives it its form. nil is none.
type apiError struct {
	code    string
	message string
	status  int // 0: what AWS uses for the code
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func validation(message string) *apiError {
	return &apiError{code: "ValidationException", message: message}
}

func notFound(name string) *apiError {
	return &apiError{code: "ParameterNotFound", message: "Parameter " + name + " not found."}
}

// requestID stands in every answer: no request of a test needs to be told apart.
const requestID = "00000000-0000-4000-8000-000000000000"

// httpStatus is the status with which AWS sends a code. Throttling is a 400.
func (e *apiError) httpStatus() int {
	if e.status != 0 {
		return e.status
	}
	switch e.code {
	case "InternalServerError", "InternalFailure", "InternalServerException":
		return http.StatusInternalServerError
	case "ServiceUnavailable", "ServiceUnavailableException":
		return http.StatusServiceUnavailable
	case "RequestEntityTooLargeException":
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// sdkError is the refusal as [ssm.Client] returns it: the code's own type where
// the SDK has one, else a [smithy.GenericAPIError], inside the HTTP response's
// error, inside the operation's.
func (e *apiError) sdkError(operation string) error {
	response := &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: e.httpStatus(), Header: http.Header{}, Body: http.NoBody}},
		Err:      e.typed(),
	}
	return &smithy.OperationError{
		ServiceID:     "SSM",
		OperationName: operation,
		Err:           &awshttp.ResponseError{ResponseError: response, RequestID: requestID},
	}
}

func (e *apiError) typed() error {
	message := aws.String(e.message)
	switch e.code {
	case "AccessDeniedException":
		return &types.AccessDeniedException{Message: message}
	case "InternalServerError":
		return &types.InternalServerError{Message: message}
	case "InvalidFilterKey":
		return &types.InvalidFilterKey{} // the service model gives it no message
	case "InvalidFilterOption":
		return &types.InvalidFilterOption{Message: message}
	case "InvalidFilterValue":
		return &types.InvalidFilterValue{Message: message}
	case "InvalidKeyId":
		return &types.InvalidKeyId{Message: message}
	case "InvalidNextToken":
		return &types.InvalidNextToken{Message: message}
	case "ThrottlingException":
		return &types.ThrottlingException{Message: message}
	case "ValidationException":
		return &types.ValidationException{Message: message}
	}
	return &smithy.GenericAPIError{Code: e.code, Message: e.message}
}

// ended is a call's end with its context, as [ssm.Client] reports it.
func ended(operation string, cause error) error {
	return &smithy.OperationError{ServiceID: "SSM", OperationName: operation, Err: &smithy.CanceledError{Err: cause}}
}
