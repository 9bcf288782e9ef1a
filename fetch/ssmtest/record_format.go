package ssmtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// recording is one file of a directory of recorded responses.
type recording struct {
	StatusCode int       `json:"status_code"`
	Data       *response `json:"data"`
}

// response is what a recorded call was answered with.
type response struct {
	Parameters        []recordedParameter `json:",omitzero"`
	InvalidParameters []string            `json:",omitzero"`
	NextToken         *string             `json:",omitempty"`
	Error             *recordedError      `json:",omitempty"`
	ResponseMetadata  metadata
}

type metadata struct {
	HTTPStatusCode int
	RetryAttempts  int
}

type recordedError struct{ Message, Code string }

type recordedParameter struct {
	Name             *string
	Type             types.ParameterType
	Value            *string `json:",omitempty"`
	Version          int64
	Selector         *string   `json:",omitempty"`
	SourceResult     *string   `json:",omitempty"`
	LastModifiedDate *datetime `json:",omitempty"`
	ARN              *string   `json:",omitempty"`
	DataType         *string   `json:",omitempty"`
}

// datetime is a time as Placebo writes it: without a zone, which is taken to be
// UTC, as Placebo does.
type datetime struct{ time.Time }

type dateFields struct {
	Class       string `json:"__class__"`
	Year        int    `json:"year"`
	Month       int    `json:"month"`
	Day         int    `json:"day"`
	Hour        int    `json:"hour"`
	Minute      int    `json:"minute"`
	Second      int    `json:"second"`
	Microsecond int    `json:"microsecond"`
}

func (d datetime) fields() dateFields {
	t := d.UTC()
	return dateFields{"datetime", t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond() / 1000}
}

// MarshalJSON writes d to the microsecond.
func (d datetime) MarshalJSON() ([]byte, error) { return json.Marshal(d.fields()) }

var errDatetime = errors.New("a date is not what Placebo writes")

// UnmarshalJSON refuses what is no date. Its error quotes nothing.
func (d *datetime) UnmarshalJSON(text []byte) error {
	var f dateFields
	if json.Unmarshal(text, &f) != nil {
		return errDatetime
	}
	d.Time = time.Date(f.Year, time.Month(f.Month), f.Day, f.Hour, f.Minute, f.Second, f.Microsecond*1000, time.UTC)
	if d.fields() != f {
		return errDatetime
	}
	return nil
}

// malformed is the error of a recording, which quotes nothing of it.
func malformed(file, reason string) error {
	return fmt.Errorf("ssmtest: %s: malformed recording: %s", file, reason)
}

// readRecording reads and checks a file. Its error names the file and quotes
// nothing of it.
func readRecording(file string) (*recording, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("ssmtest: %w", err)
	}
	var r recording
	if err := json.Unmarshal(text, &r); err != nil {
		reason := "it is not JSON of the right shape"
		if errors.Is(err, errDatetime) {
			reason = errDatetime.Error()
		}
		return nil, malformed(file, reason)
	}
	switch {
	case r.StatusCode < 100 || r.StatusCode > 599:
		return nil, malformed(file, "status_code is not that of HTTP")
	case r.Data == nil:
		return nil, malformed(file, "there is no data")
	case r.failed() && (r.Data.Error == nil || r.Data.Error.Code == ""):
		return nil, malformed(file, "it is of an error and has no Error.Code")
	case !r.failed() && r.Data.Error != nil:
		return nil, malformed(file, "it has an Error and a status_code below 400")
	}
	for _, p := range r.Data.Parameters {
		if aws.ToString(p.Name) == "" {
			return nil, malformed(file, "a parameter has no Name")
		}
	}
	return &r, nil
}

func (r *recording) failed() bool { return r.StatusCode >= 400 }

// text is r as it is written to a file.
func (r *recording) text() ([]byte, error) {
	r.Data.ResponseMetadata = metadata{HTTPStatusCode: r.StatusCode}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "    ")
	err := enc.Encode(r)
	return out.Bytes(), err
}

// refusal is the error that was recorded; nil if there was none.
func (r *recording) refusal() *apiError {
	if !r.failed() {
		return nil
	}
	return &apiError{code: r.Data.Error.Code, message: r.Data.Error.Message, status: r.StatusCode}
}

// parameters are the caller's to modify.
func (r *recording) parameters() []types.Parameter {
	out := make([]types.Parameter, len(r.Data.Parameters))
	for i, p := range r.Data.Parameters {
		out[i] = types.Parameter{
			Name: copied(p.Name), Type: p.Type, Value: copied(p.Value), Version: p.Version, Selector: copied(p.Selector),
			SourceResult: copied(p.SourceResult), ARN: copied(p.ARN), DataType: copied(p.DataType),
		}
		if p.LastModifiedDate != nil {
			out[i].LastModifiedDate = aws.Time(p.LastModifiedDate.Time)
		}
	}
	return out
}

func (r *recording) named() *ssm.GetParametersOutput {
	return &ssm.GetParametersOutput{Parameters: r.parameters(), InvalidParameters: append([]string{}, r.Data.InvalidParameters...)}
}

func (r *recording) page() *ssm.GetParametersByPathOutput {
	return &ssm.GetParametersByPathOutput{Parameters: r.parameters(), NextToken: copied(r.Data.NextToken)}
}

func copied(s *string) *string {
	if s == nil {
		return nil
	}
	return aws.String(*s)
}
