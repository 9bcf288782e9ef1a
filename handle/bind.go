package handle

import (
	"context"
	"errors"
	"fmt"
	"reflect"
)

// Source is where [Bind] gets its handles and views from: a *registry.Group.
type Source interface {
	Parameter(name string) (*Handle, error)
	Secret(name string) (*Handle, error)
	View(ctx context.Context) (View, error)
}

// Bind returns the typed value of a struct whose tagged fields are parameters of
// a group. T is the struct type, or a pointer to it, which spares each read the
// copy of a large struct. Bind makes the handles and no API call; every mistake
// in the tags, every type that it cannot bind, and every name that is malformed
// is reported at once, by field; if there are none, so is every name that the
// group refuses.
//
//	type Config struct {
//		Host     string        `ssm:"/db/host"`
//		Port     int           `ssm:"/db/port,default=5432"`
//		Timeout  time.Duration `ssm:"/db/timeout,optional"`
//		Replicas []string      `ssm:"/db/replicas"`
//		Password string        `ssm:"db/password,secret"`
//		Limits   Limits        `ssm:"/limits:3,json"`
//		Cache    struct {
//			Size uint `ssm:"/size"` // /cache/size
//		} `ssm:"/cache"`
//	}
//
// A tag is a name as the group's Parameter method takes it, selector and ARN
// included, and options after commas:
//
//   - secret: the name is that of a Secrets Manager secret.
//   - json: the value is decoded by encoding/json, whatever the field's type.
//   - optional: if the store does not know the name, the field is left at zero.
//   - default=TEXT: if the store does not know the name, the field is decoded
//     from TEXT, which is all of the rest of the tag, commas included.
//
// A field is a string, a boolean, a decimal integer, a floating-point number, a
// [time.Duration], a []byte of the value's text, an [encoding.TextUnmarshaler],
// a slice of those (of a StringList; another type is an error), a pointer to one
// of those, or a [fetch.Parameter], which [Handle.Reject] takes.
//
// The tag of a nested struct is a path that goes before the names of its fields,
// secrets and ARNs excepted. A struct without a tag, embedded or not, is looked
// into as well and takes no prefix; one that is not exported may have no tags
// inside. All other fields without a tag, pointers to structs among them, and
// those with the tag "-", are left alone.
//
// [Value.Get] waits like the group's View method, and returns a struct that is
// decoded once per refresh: all its fields are from one view. Fields that are
// missing or malformed are reported together, by field and parameter, without
// values. While some are, Get goes on serving the last struct that did decode
// until MaxAge and MaxStale after the oldest fetch in it, Err says why, and the
// group's logger is told once. What is optional and not found is asked for again
// by the group's refreshes; Get asks for it only together with what is missing.
func Bind[T any](s Source) (*Value[T], error) {
	var zero T
	root, pointer := reflect.TypeFor[T](), false
	if root.Kind() == reflect.Pointer {
		root, pointer = root.Elem(), true
	}
	if root.Kind() != reflect.Struct {
		return nil, fmt.Errorf("ssmcache: bind %T: it is not a struct type", zero)
	}
	b := &bound[T]{source: s, root: root, pointer: pointer}
	fields, err := fieldsOf(root)
	if err == nil {
		err = b.take(fields)
	}
	if err != nil {
		return nil, fmt.Errorf("ssmcache: bind %v: %w", root, err)
	}
	return &Value[T]{handle: &Handle{group: b.group, slot: noSlot, name: root.String()}, bound: b}, nil
}

// noSlot is the slot of a handle that stands for its group alone.
const noSlot = -1

// take makes the handles of fields.
func (b *bound[T]) take(fields []field) error {
	var errs []error
	for i := range fields {
		f := &fields[i]
		ask := b.source.Parameter
		if f.secret {
			ask = b.source.Secret
		}
		var err error
		if f.handle, err = ask(f.name); err == nil && b.group != nil && f.handle.group != b.group {
			err = errors.New("its handle is of another group than the first field's")
		}
		if err != nil {
			errs = append(errs, f.errorf(err))
			continue
		}
		b.group, f.name = f.handle.group, f.handle.name
		b.dated = b.dated || f.dated
	}
	b.fields = fields
	return errors.Join(errs...)
}
