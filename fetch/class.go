package fetch

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
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
	if is[*timeoutError](err) {
		return false
	}
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

// throttled reports whether the store refused a call because there were too
// many.
func throttled(err error) bool {
	_, ok := retry.DefaultThrottleErrorCodes[code(err)]
	return ok
}

// code returns err's API error code, in the spelling of the service model.
func code(err error) string {
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
