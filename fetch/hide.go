package fetch

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"runtime/debug"
	"strconv"

	"github.com/aws/smithy-go"
)

// Decoding returns an error that says what could not be done, such as "not an
// integer", and keeps its cause out of every text: errors of strconv,
// encoding/json and decoders quote their input. [errors.As] still reaches the
// cause.
func Decoding(what string, cause error) error {
	return &hidden{what: what, cause: &sealed{&cause}}
}

// hidden holds its cause three pointers away: of an error, a wrong print verb
// follows two, and the cause may be a text.
type hidden struct {
	what  string
	cause *sealed
}

type sealed struct{ err *error }

func (e *hidden) Error() string      { return e.what }
func (e *hidden) As(target any) bool { return errors.As(*e.cause.err, target) }

// Guard calls f and turns a panic of it into a [*PanicError].
func Guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Type: fmt.Sprintf("%T", v), Stack: debug.Stack()}
		}
	}()
	return f()
}

var errUndecodable = errors.New("the answer could not be decoded")

// withoutBody replaces an error that quotes what was received: the body of a
// response holds values.
func withoutBody(err error) error {
	if quotesInput(err) {
		return errUndecodable
	}
	return err
}

func quotesInput(err error) bool {
	return is[*smithy.DeserializationError](err) ||
		is[*json.SyntaxError](err) || is[*json.UnmarshalTypeError](err) ||
		is[*strconv.NumError](err) ||
		is[base64.CorruptInputError](err) || is[hex.InvalidByteError](err) ||
		is[textproto.ProtocolError](err) ||
		// net/http has no type of its own for a response that it cannot read.
		unreadable.MatchString(err.Error())
}

// unreadable is what net/http calls the parts of a response that it quotes.
var unreadable = regexp.MustCompile("malformed HTTP|Content-Length|transfer encoding")

func is[E error](err error) bool {
	var target E
	return errors.As(err, &target)
}

// detached returns err, unless it would look like the end of a caller's own
// context to [errors.Is]: a fetch is shared, and no caller's context ends it.
func detached(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Decoding("the call ended early: "+err.Error(), err)
	}
	return err
}
