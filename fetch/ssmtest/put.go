package ssmtest

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

const (
	maxStandardText = 4096 // bytes of a value in the standard tier
	maxText         = 8192 // bytes of a value in the advanced tier
	defaultKeyID    = "alias/aws/ssm"
)

// Put stores text as a new version of the String parameter of that name, and
// returns the version: 1 the first time, then one more each time. The last
// hundred versions are kept.
//
// Put and the other writing methods panic on what Parameter Store would refuse
// (a malformed name, an empty value, a value of more than 8 KB), because that is
// a mistake in the test. The panic's text names the parameter, never its value.
// The prefix /aws is allowed, so that a test can have public parameters.
func (s *Store) Put(name, text string) int64 {
	return s.PutParameter(Parameter{Name: name, Text: text})
}

// PutSecure stores text as a new version of a SecureString under the account's
// default key; see [Store.Put].
func (s *Store) PutSecure(name, text string) int64 {
	return s.PutParameter(Parameter{Name: name, Text: text, Type: types.ParameterTypeSecureString})
}

// PutList stores a new version of a StringList; see [Store.Put]. An item with a
// comma panics: a StringList has no escape.
func (s *Store) PutList(name string, items ...string) int64 {
	for _, item := range items {
		if strings.Contains(item, ",") {
			panic(fmt.Sprintf("ssmtest: PutList %s: an item of a StringList has no comma", name))
		}
	}
	return s.PutParameter(Parameter{Name: name, Text: strings.Join(items, ","), Type: types.ParameterTypeStringList})
}

// PutParameter stores a new version of any kind; see [Store.Put].
func (s *Store) PutParameter(p Parameter) int64 {
	number, err := s.data.put(p, true, s.now())
	if err != nil {
		panic(fmt.Sprintf("ssmtest: Put %s: %v", p.Name, err))
	}
	return number
}

// Label moves labels to a version of a parameter; version 0 is the latest. It
// panics when there is no such version, when one of the labels is not valid, and
// when the version would have more than ten.
func (s *Store) Label(name string, version int64, labels ...string) {
	_, invalid, err := s.data.label(name, version, labels)
	if err != nil {
		panic(fmt.Sprintf("ssmtest: Label %s: %v", name, err))
	}
	if len(invalid) > 0 {
		panic(fmt.Sprintf("ssmtest: Label %s: %q are no labels", name, invalid))
	}
}

// Delete removes a parameter with all its versions and labels. It does nothing
// when there is none. A parameter put again afterwards starts at version 1.
func (s *Store) Delete(name string) { _ = s.data.remove(name) }

// now is the clock's time at the precision of the API.
func (s *Store) now() time.Time { return s.clock.Now().UTC().Truncate(time.Millisecond) }

// complete checks a parameter and fills in what is left out.
func complete(p *Parameter, at home) *apiError {
	key := canonical(p.Name)
	if !isKey(key) {
		return validation(malformedName)
	}
	if len(at.arn(key)) > maxNameLength {
		return validation("The parameter name exceeds the maximum length constraint, including the ARN, of 1011 characters.")
	}
	switch p.Type {
	case "":
		p.Type = types.ParameterTypeString
	case types.ParameterTypeString, types.ParameterTypeStringList, types.ParameterTypeSecureString:
	default:
		return &apiError{code: "UnsupportedParameterType", message: "The parameter type " + string(p.Type) + " isn't supported."}
	}
	if p.Text == "" || !utf8.ValidString(p.Text) {
		return validation("1 validation error detected: Value at 'value' failed to satisfy constraint: Member must be UTF-8 text with length greater than or equal to 1.")
	}
	if len(p.Text) > maxText {
		return validation("Advanced tier parameters support a maximum parameter value of 8192 characters.")
	}
	switch {
	case p.Type == types.ParameterTypeSecureString && p.KeyID == "":
		p.KeyID = defaultKeyID
	case p.Type != types.ParameterTypeSecureString && p.KeyID != "":
		return validation("KeyId is required for SecureString type parameter only.")
	}
	switch p.DataType {
	case "":
		p.DataType = "text"
	case "text", "aws:ec2:image", "aws:ssm:integration":
	default:
		return validation("The following data type is not supported: " + p.DataType + " (Data type names are all lowercase).")
	}
	return nil
}
