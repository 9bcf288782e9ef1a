package fetch

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// Parameter is one value of Parameter Store with its metadata. It is immutable,
// two words long, and compares with == by identity, not by value. It prints,
// logs and marshals without its value, in every verb and format.
//
// The zero Parameter has no name and an empty text.
type Parameter struct {
	rec *record
	at  *time.Time // start of the fetch; shared by all that the fetch brought
}

// record is what the store said, apart from when. An unchanged refresh keeps
// it. The text lies behind a pointer of its own, so that a print verb that
// follows one pointer from a Parameter does not reach it.
type record struct {
	text     *string
	name     string
	selector string // without the colon
	arn      string
	dataType string
	typ      types.ParameterType
	source   string // the version id of a secret
	version  int64
	modified int64 // in nanoseconds since 1970; 0: unknown
}

var noRecord = &record{text: new(string)}

// NewParameter makes a Parameter of what the store answered, fetched by a fetch
// that started at fetchedAt. A missing value counts as empty. The SourceResult,
// which holds a secret in clear, is not kept, only its version id.
func NewParameter(p types.Parameter, fetchedAt time.Time) Parameter {
	return Parameter{newRecord(&p), &fetchedAt}
}

func newRecord(p *types.Parameter) *record {
	text := aws.ToString(p.Value)
	return &record{
		text:     &text,
		name:     aws.ToString(p.Name),
		selector: selectorOf(p),
		arn:      aws.ToString(p.ARN),
		dataType: interned(aws.ToString(p.DataType)),
		typ:      types.ParameterType(interned(string(p.Type))),
		source:   sourceVersion(p.SourceResult),
		version:  p.Version,
		modified: modified(p),
	}
}

// renewed returns what item says, fetched at at: known's record if nothing has
// changed, so that an unchanged refresh leaves no garbage. spelling is the name
// as it was asked for; an equal name shares its memory.
func renewed(known Parameter, item *types.Parameter, spelling string, at *time.Time) Parameter {
	if known.rec != nil && known.rec.says(item) {
		return Parameter{known.rec, at}
	}
	rec := newRecord(item)
	if rec.name == spelling {
		rec.name = spelling
	}
	return Parameter{rec, at}
}

// says reports whether item is the state that r holds.
func (r *record) says(item *types.Parameter) bool {
	return *r.text == aws.ToString(item.Value) && r.version == item.Version && r.typ == item.Type &&
		r.name == aws.ToString(item.Name) && r.selector == selectorOf(item) && r.arn == aws.ToString(item.ARN) &&
		r.dataType == aws.ToString(item.DataType) && r.modified == modified(item) &&
		r.source == sourceVersion(item.SourceResult)
}

func modified(item *types.Parameter) int64 {
	if item.LastModifiedDate == nil || item.LastModifiedDate.IsZero() {
		return 0
	}
	return item.LastModifiedDate.UnixNano()
}

// interned returns s without a copy of its own, if it is one of the few words
// that nearly every parameter has.
func interned(s string) string {
	for _, word := range [...]string{"text", "String", "SecureString", "StringList"} {
		if s == word {
			return word
		}
	}
	return s
}

func selectorOf(p *types.Parameter) string {
	return strings.TrimPrefix(aws.ToString(p.Selector), ":")
}

func (p Parameter) record() *record {
	if p.rec == nil {
		return noRecord
	}
	return p.rec
}

// Name returns the name as the store spells it, without a selector.
func (p Parameter) Name() string { return p.record().name }

// Text returns the value, decrypted unless the group has NoDecryption.
func (p Parameter) Text() string { return *p.record().text }

// Strings splits the value of a StringList on commas; there is no escape. For
// another type it returns an error that names the parameter.
func (p Parameter) Strings() ([]string, error) {
	if t := p.Type(); t != types.ParameterTypeStringList {
		return nil, &Error{Op: OpDecode, Name: p.FullName(), Err: fmt.Errorf("its type is %s, not StringList", t)}
	}
	return strings.Split(p.Text(), ","), nil
}

// Type returns String, StringList or SecureString.
func (p Parameter) Type() types.ParameterType { return p.record().typ }

// Version returns the parameter's version, which starts at 1. It is 0 for a
// secret read through Parameter Store.
func (p Parameter) Version() int64 { return p.record().version }

// Selector returns the version or label that was asked for, without its colon;
// "" if none was.
func (p Parameter) Selector() string { return p.record().selector }

// ARN returns the ARN of the parameter, or of the secret; it has no selector.
func (p Parameter) ARN() string { return p.record().arn }

// DataType returns text, aws:ec2:image or aws:ssm:integration.
func (p Parameter) DataType() string { return p.record().dataType }

// LastModified returns when the version was put; the zero time if the store did
// not say.
func (p Parameter) LastModified() time.Time {
	if p.record().modified == 0 {
		return time.Time{}
	}
	return time.Unix(0, p.rec.modified)
}

// FetchedAt returns the start of the fetch that brought the value, by which a
// caller sees how stale it is.
func (p Parameter) FetchedAt() time.Time {
	if p.at == nil {
		return time.Time{}
	}
	return *p.at
}

// IsZero reports whether p is the zero Parameter.
func (p Parameter) IsZero() bool { return p.rec == nil }

// Unchanged reports whether p and q are the same state of one parameter: what
// the store said of them is equal, whenever it was fetched. A secret's change
// is recognised by its version id or its value, since its version is always 0.
func (p Parameter) Unchanged(q Parameter) bool {
	a, b := p.record(), q.record()
	if a == b {
		return true
	}
	return *a.text == *b.text && a.version == b.version && a.source == b.source && a.typ == b.typ &&
		a.name == b.name && a.selector == b.selector && a.arn == b.arn && a.dataType == b.dataType && a.modified == b.modified
}

// FullName returns the name with the selector that was asked for, if any.
func (p Parameter) FullName() string {
	if p.Selector() == "" {
		return p.Name()
	}
	return p.Name() + ":" + p.Selector()
}
