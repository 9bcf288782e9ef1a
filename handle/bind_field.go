package handle

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/ssmcache/ssmcache/fetch"
)

// field is a field of a bound struct, found and checked by [Bind]. All of it is
// constant afterwards.
type field struct {
	path     string // from the bound struct, such as DB.Host
	index    []int  // likewise, for reflect
	name     string // as the source takes it; the full name once there is a handle
	secret   bool
	optional bool
	fallback fetch.Parameter // what the default is decoded from; zero: none
	set      setter
	dated    bool // it is a fetch.Parameter
	handle   *Handle
}

func (f *field) errorf(err error) error { return fmt.Errorf("field %s: %w", f.path, err) }

// fieldsOf returns the tagged fields of a struct type and of the structs in it.
// Its error joins every mistake in them.
func fieldsOf(root reflect.Type) ([]field, error) {
	w := walk{}
	w.into(root, field{}, "")
	if len(w.fields) == 0 && len(w.errs) == 0 {
		return nil, errors.New("no field has an ssm tag")
	}
	return w.fields, errors.Join(w.errs...)
}

// walk gathers the fields of a struct type.
type walk struct {
	fields []field
	errs   []error
}

// into looks at the fields of t, a struct type found at the field at, whose names
// take a prefix.
func (w *walk) into(t reflect.Type, at field, prefix string) {
	for i := range t.NumField() {
		sf := t.Field(i)
		f := field{path: sf.Name, index: append(at.index[:len(at.index):len(at.index)], i)}
		if at.path != "" {
			f.path = at.path + "." + sf.Name
		}
		text, tagged := sf.Tag.Lookup("ssm")
		switch {
		case text == "-":
		case tagged:
			if err := w.tagged(sf, f, prefix, text); err != nil {
				w.errs = append(w.errs, f.errorf(err))
			}
		case sf.Type.Kind() == reflect.Struct && (sf.IsExported() || sf.Anonymous):
			w.into(sf.Type, f, prefix)
		case sf.Type.Kind() == reflect.Struct && hasTags(sf.Type):
			w.errs = append(w.errs, f.errorf(errors.New("it has ssm tags inside and is not exported")))
		}
	}
}

// pointee returns what t points to, through any number of pointers.
func pointee(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// hasTags reports whether t is a struct type with a tagged field, in itself or in
// a struct within.
func hasTags(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		sf := t.Field(i)
		if text, tagged := sf.Tag.Lookup("ssm"); tagged && text != "-" || !tagged && hasTags(sf.Type) {
			return true
		}
	}
	return false
}

// tagged takes in a field with a tag. What is wrong with fields inside it is
// noted there.
func (w *walk) tagged(sf reflect.StructField, f field, prefix, text string) error {
	tag, err := parseTag(text)
	if err != nil {
		return err
	}
	if f.set = setterOf(sf.Type, tag.json); f.set == nil && sf.Type.Kind() == reflect.Struct {
		return w.nested(sf, f, prefix, tag)
	}
	if !sf.IsExported() {
		return errors.New("it has an ssm tag and is not exported")
	}
	if f.set == nil {
		return fmt.Errorf("type %v cannot be bound; option json decodes any type", sf.Type)
	}
	f.name, f.secret, f.optional = tag.name, tag.secret, tag.optional
	f.dated = pointee(sf.Type) == parameter
	check := fetch.ParseName
	if f.secret {
		check = fetch.ParseSecret
	} else {
		f.name = under(prefix, f.name)
	}
	if _, err := check(f.name); err != nil {
		return err
	}
	if tag.fallback != nil {
		if err := f.fallBack(sf.Type, *tag.fallback); err != nil {
			return err
		}
	}
	w.fields = append(w.fields, f)
	return nil
}

// nested takes in a nested struct, whose tag is a prefix.
func (w *walk) nested(sf reflect.StructField, f field, prefix string, tag tag) error {
	if !sf.IsExported() && !sf.Anonymous {
		return errors.New("it has an ssm tag and is not exported")
	}
	if tag.secret || tag.optional || tag.fallback != nil {
		return errors.New("the tag of a nested struct is a path alone")
	}
	known := len(w.fields) + len(w.errs)
	w.into(sf.Type, f, under(prefix, tag.name))
	if len(w.fields)+len(w.errs) == known {
		return fmt.Errorf("no field of %v has an ssm tag; option json decodes any type", sf.Type)
	}
	return nil
}

// under puts a prefix before a name. An ARN takes none, nor does the reference of a
// secret.
func under(prefix, name string) string {
	prefix = strings.TrimSuffix(prefix, "/")
	if n, err := fetch.ParseName(name); prefix == "" || strings.HasPrefix(name, "arn:") || err == nil && n.IsSecret() {
		return name
	}
	return prefix + "/" + strings.TrimPrefix(name, "/")
}

// fallBack makes f fall back on a default, if that decodes.
func (f *field) fallBack(t reflect.Type, text string) error {
	if f.dated {
		return errors.New("a fetch.Parameter has no default")
	}
	f.fallback = fetch.NewParameter(types.Parameter{
		Name: aws.String(f.name), Value: aws.String(text), Type: types.ParameterTypeStringList,
	}, time.Time{})
	if err := f.decode(reflect.New(t).Elem(), f.fallback); err != nil {
		return fmt.Errorf("the default: %w", err)
	}
	return nil
}

// decode sets a field of a struct from p.
func (f *field) decode(to reflect.Value, p fetch.Parameter) error {
	if err := fetch.Guard(func() error { return f.set(to, p) }); err != nil {
		return undecodable(f.name, err)
	}
	return nil
}
