package fetch

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"runtime"
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
			err = &PanicError{Type: fmt.Sprintf("%T", v), Stack: stack()}
		}
	}()
	return f()
}

// stack returns the functions that led to a panic, the innermost first, with
// their files and lines. [debug.Stack] prints what they were called with, which
// may be a value.
func stack() []byte {
	callers := make([]uintptr, maxFrames)
	callers = callers[:runtime.Callers(3, callers)] // 3: whom the recovering function was called by
	var text bytes.Buffer
	for frames := runtime.CallersFrames(callers); ; {
		f, more := frames.Next()
		fmt.Fprintf(&text, "%s\n\t%s:%d\n", f.Function, f.File, f.Line)
		if !more {
			return text.Bytes()
		}
	}
}

// maxFrames bounds a stack in the log. A recursion that does not end is not
// recovered from.
const maxFrames = 100

var errUndecodable = errors.New("the answer could not be decoded")

// presentable returns an error of a client's as it may be shown: it quotes no
// value, and cannot be taken for the end of a caller's context. What panics as it
// is looked at, such as a nil pointer, does so here.
func presentable(err error) error {
	if err == nil {
		return nil
	}
	_ = err.Error()
	return detached(withoutBody(err))
}

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
		code(err) == "" && unreadable.MatchString(err.Error())
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
