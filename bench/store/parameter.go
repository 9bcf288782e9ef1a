package store

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// batch is how many names AWS accepts in one call of GetParameters.
const batch = 10

// arnPrefix stands before a name that starts with a slash.
const arnPrefix = "arn:aws:ssm:eu-west-1:123456789012:parameter"

// modified is when every parameter was last modified.
var modified = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// Names returns n names, each in memory of its own.
func Names(n int) []string {
	names := make([]string, n)
	Fill(names)
	return names
}

// Fill sets the elements of names to what [Names] returns.
func Fill(names []string) {
	for i := range names {
		names[i] = fmt.Sprintf("/bench/parameter-%07d", i)
	}
}

// Value returns the text that a store which was never changed has for name.
func Value(name string) string { return value(name, 0) }

// Size returns how many bytes the strings of one parameter have: its name,
// its value and its ARN.
func Size(name string) (nameBytes, valueBytes, arnBytes int) {
	return len(name), len(Value(name)), len(arnPrefix) + len(name)
}

func value(name string, generation int64) string {
	var b strings.Builder
	b.Grow(len("value-0-of-") + len(name))
	b.WriteString("value-")
	b.WriteByte(byte('0' + generation%10))
	b.WriteString("-of-")
	b.WriteString(name)
	return b.String()
}

// answer returns what the SDK's decoder would: every string and every pointer
// target in memory of its own.
func (s *Store) answer(name string) types.Parameter {
	generation := s.generation.Load()
	when := modified
	return types.Parameter{
		ARN:              aws.String(arnPrefix + name),
		DataType:         aws.String(strings.Clone("text")),
		LastModifiedDate: &when,
		Name:             aws.String(strings.Clone(name)),
		Type:             types.ParameterType(strings.Clone(string(types.ParameterTypeString))),
		Value:            aws.String(value(name, generation)),
		Version:          1 + generation,
	}
}

// invalidBatch is the ValidationException that AWS answers with.
type invalidBatch struct{ size int }

func (e *invalidBatch) Error() string {
	return fmt.Sprintf("ValidationException: %d names in one call, 1 to %d are allowed", e.size, batch)
}
