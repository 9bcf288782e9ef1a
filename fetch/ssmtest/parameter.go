package ssmtest

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// Parameter is what [Store.PutParameter] stores as a new version. It prints,
// logs and marshals without its Text, as far as its methods are asked: fmt asks
// none for the verbs %p and %w, nor for what it finds in an unexported field.
// Write a Parameter down where it is put, and do not keep it.
type Parameter struct {
	Name     string              // "/a/b", or "p" at the root, which is the same parameter as "/p"
	Text     string              // the value: 1 to 8192 bytes of UTF-8
	Type     types.ParameterType // "": String
	KeyID    string              // the KMS key of a SecureString; "": alias/aws/ssm
	DataType string              // "": text
}

// String describes the parameter without its value.
func (p Parameter) String() string {
	kind := p.Type
	if kind == "" {
		kind = types.ParameterTypeString
	}
	return fmt.Sprintf("ssmtest.Parameter(%s %s, value redacted)", p.Name, kind)
}

// GoString is String: a Go-syntax dump would show the value.
func (p Parameter) GoString() string { return p.String() }

// Format writes String for every verb.
func (p Parameter) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue is String.
func (p Parameter) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText is String, and so is the JSON of a Parameter.
func (p Parameter) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// GobEncode is String.
func (p Parameter) GobEncode() ([]byte, error) { return p.MarshalText() }
