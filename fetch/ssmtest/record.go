package ssmtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// redacted is what a [Recorder] writes in place of what is secret.
const redacted = "REDACTED"

// RecordConfig says what a [Recorder] writes.
type RecordConfig struct {
	Secrets bool // write SecureStrings, secrets and SourceResults in clear; zero writes REDACTED for them
}

// Recorder is a client that passes calls on to another and records the
// responses. It is safe for concurrent use.
type Recorder struct {
	client  Reader // constant
	dir     string // constant
	secrets bool   // constant

	mu   sync.Mutex
	last map[string]int // under mu; the highest number in use, by operation
}

// Record returns a client that passes calls on to client, and records each
// response in a file of its own in dir, as AWS Placebo does, for [Replay] or
// Placebo to play back. Files that are there are kept, and counted on from. The
// files can be read by their owner alone (mode 0600), and so can dir, if Record
// makes it. What is secret is redacted unless cfg says otherwise; Strings and
// StringLists are always in clear.
//
// An error that the API answered with is recorded too; one that is no answer is
// not. A response that cannot be recorded fails the call. Times are kept to the
// microsecond.
func Record(client Reader, dir string, cfg RecordConfig) (*Recorder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("ssmtest: %w", err)
	}
	numbers, err := recorded(dir)
	if err != nil {
		return nil, err
	}
	r := &Recorder{client: client, dir: dir, secrets: cfg.Secrets, last: map[string]int{}}
	for operation, n := range numbers {
		if len(n) > 0 {
			r.last[operation] = slices.Max(slices.Collect(maps.Keys(n)))
		}
	}
	return r, nil
}

// GetParameters passes the call on and records the response.
func (r *Recorder) GetParameters(ctx context.Context, in *ssm.GetParametersInput, options ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	out, err := r.client.GetParameters(ctx, in, options...)
	var data response
	if out != nil {
		data.Parameters, data.InvalidParameters = r.recorded(out.Parameters), append([]string{}, out.InvalidParameters...)
	}
	if failed := r.record(GetParameters, data, err); failed != nil {
		return nil, failed
	}
	return out, err
}

// GetParametersByPath passes the call on and records the response.
func (r *Recorder) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, options ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	out, err := r.client.GetParametersByPath(ctx, in, options...)
	var data response
	if out != nil {
		data.Parameters, data.NextToken = r.recorded(out.Parameters), out.NextToken
	}
	if failed := r.record(GetParametersByPath, data, err); failed != nil {
		return nil, failed
	}
	return out, err
}

// recorded is what is written of parameters.
func (r *Recorder) recorded(parameters []types.Parameter) []recordedParameter {
	out := make([]recordedParameter, len(parameters))
	for i, p := range parameters {
		out[i] = recordedParameter{
			Name: p.Name, Type: p.Type, Value: p.Value, Version: p.Version, Selector: p.Selector,
			SourceResult: p.SourceResult, ARN: p.ARN, DataType: p.DataType,
		}
		if p.LastModifiedDate != nil {
			out[i].LastModifiedDate = &datetime{*p.LastModifiedDate}
		}
		if r.secrets {
			continue
		}
		if p.SourceResult != nil {
			out[i].SourceResult = aws.String(redacted)
		}
		if p.Value != nil && isSecret(&p) {
			out[i].Value = aws.String(redacted)
		}
	}
	return out
}

// isSecret reports whether the value of p is not to be written. Whatever is not
// known to be plain is secret.
func isSecret(p *types.Parameter) bool {
	plain := p.Type == types.ParameterTypeString || p.Type == types.ParameterTypeStringList
	return !plain || p.SourceResult != nil || strings.HasPrefix(aws.ToString(p.Name), secretPrefix)
}

// answered reports whether err is the API's answer to a call of the SDK's, and
// not that of a service which the SDK asked for credentials. A client made by
// hand answers in whatever way it likes.
func answered(err error) bool {
	var operation, another *smithy.OperationError
	var response *smithyhttp.ResponseError
	return !errors.As(err, &operation) || errors.As(operation.Err, &response) && !errors.As(operation.Err, &another)
}

// record writes a response, or the error that came in its place.
func (r *Recorder) record(operation string, data response, err error) error {
	status := http.StatusOK
	if err != nil {
		var api smithy.APIError
		if !errors.As(err, &api) || !answered(err) {
			return nil
		}
		data = response{Error: &recordedError{Message: api.ErrorMessage(), Code: api.ErrorCode()}}
		status = http.StatusBadRequest
		var of interface{ HTTPStatusCode() int }
		if errors.As(err, &of) && of.HTTPStatusCode() >= http.StatusBadRequest {
			status = of.HTTPStatusCode()
		}
	}
	text, err := (&recording{StatusCode: status, Data: &data}).text()
	if err == nil {
		err = r.write(operation, text)
	}
	if err != nil {
		return fmt.Errorf("ssmtest: record %s: %w", operation, err)
	}
	return nil
}

// write puts text into the operation's next file.
func (r *Recorder) write(operation string, text []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		r.last[operation]++
		name := filepath.Join(r.dir, fileName(operation, r.last[operation]))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue // another recorder's
		}
		if err != nil {
			return err
		}
		_, err = f.Write(text)
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(name)
		}
		return err
	}
}

// String describes the recorder by its directory.
func (r *Recorder) String() string { return "ssmtest.Recorder(" + r.dir + ")" }

// Format writes String for every verb.
func (r *Recorder) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }

// LogValue is String.
func (r *Recorder) LogValue() slog.Value { return slog.StringValue(r.String()) }
