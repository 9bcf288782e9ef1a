package fetch

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Class says what an [Outcome] means for the name or path that it belongs to.
type Class uint8

const (
	// Found: there is a value, or a listing.
	Found Class = iota
	// NotFound: the store answered that it does not know the name.
	NotFound
	// Definite: this name or path failed by itself (denied, undecryptable,
	// invalid, left unanswered), and asking again at once would not help. Any
	// failure of a culprit counts.
	Definite
	// Failed: the call failed, or was not made because another had failed; or
	// the name shares its batch's error because the culprit in the batch is
	// not isolated yet. It is worth asking again after a back-off.
	Failed
)

// splittable reports whether one name may have failed the whole batch: a
// malformed name, a denied one, or a value whose key cannot be used. No other
// code is taken to be one name's fault; ThrottlingException least of all, whose
// HTTP status is 400 as well; nor is a call that has used up its time.
func splittable(err error) bool {
	switch code(err) {
	case "ValidationException", "AccessDeniedException", "InvalidKeyId":
		return true
	}
	return false
}

// definitePath reports whether a listing failed for a reason of its own.
func definitePath(err error) bool {
	switch code(err) {
	case "InvalidFilterKey", "InvalidFilterOption", "InvalidFilterValue":
		return true
	}
	return splittable(err)
}

// throttled reports whether a code says that there were too many calls.
func throttled(code string) bool {
	_, ok := retry.DefaultThrottleErrorCodes[code]
	return ok
}

// code returns the error code that the store answered a call with, in the
// spelling of the service model; "" if err is something else. The SDK's
// errors are taken apart: a service that was asked for credentials may have
// failed with a code of its own, and a call that has used up its time ends with
// that of an earlier attempt.
func code(err error) string {
	var operation *smithy.OperationError
	switch {
	case is[*timeoutError](err):
		return ""
	case errors.As(err, &operation):
		if id := operation.ServiceID; id != "" && id != ssm.ServiceID {
			return ""
		}
		return codeOfAttempt(operation.Err)
	}
	return apiCode(err)
}

// codeOfAttempt is code for what the SDK says of one attempt: the store's answer
// is an HTTP response. A client made by hand may give the code alone.
func codeOfAttempt(err error) string {
	var most *retry.MaxAttemptsError
	if errors.As(err, &most) {
		err = most.Err
	}
	_, alone := err.(smithy.APIError)
	if is[*smithy.OperationError](err) || !alone && !is[*smithyhttp.ResponseError](err) {
		return ""
	}
	return apiCode(err)
}

func apiCode(err error) string {
	var key *types.InvalidKeyId
	if errors.As(err, &key) {
		return "InvalidKeyId"
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}
