package ssmtest

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Peer is an implementation of Parameter Store that [Conformance] is to judge.
type Peer struct {
	Client Reader
	Writer Writer

	// Skip names the facts, as [Facts] spells them, in which this peer is known
	// to differ from AWS, with the reason. A fact that does not exist is a
	// failure.
	Skip map[string]string
}

// Reader is the part of Parameter Store that is judged: the Client interface of
// package fetch, stated again so that fetch's own tests can import this package.
type Reader interface {
	GetParameters(context.Context, *ssm.GetParametersInput, ...func(*ssm.Options)) (*ssm.GetParametersOutput, error)
	GetParametersByPath(context.Context, *ssm.GetParametersByPathInput, ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error)
}

// Writer puts in place what the suite then reads.
type Writer interface {
	// PutParameter stores a new version, overwriting if need be.
	PutParameter(ctx context.Context, p Parameter) (version int64, err error)

	// LabelParameter moves labels to a version. A label that is not valid is an
	// error.
	LabelParameter(ctx context.Context, name string, version int64, labels ...string) error

	DeleteParameter(ctx context.Context, name string) error

	// PutSecret stores a new version of a secret, which takes AWSCURRENT.
	PutSecret(ctx context.Context, name, text string) (versionID string, err error)

	DeleteSecret(ctx context.Context, name string) error
}

// Peer returns the store's memory face with a writer, for [Conformance].
func (s *Store) Peer() Peer { return Peer{Client: s.client, Writer: storeWriter{s}} }

// storeWriter writes to a store, with errors in the place of panics.
type storeWriter struct{ store *Store }

func (w storeWriter) PutParameter(_ context.Context, p Parameter) (int64, error) {
	number, err := w.store.data.put(p, true, w.store.now())
	if err != nil {
		return 0, err
	}
	return number, nil
}

func (w storeWriter) LabelParameter(_ context.Context, name string, version int64, labels ...string) error {
	_, invalid, err := w.store.data.label(name, version, labels)
	if err != nil {
		return err
	}
	if len(invalid) > 0 {
		return fmt.Errorf("%q are no labels", invalid)
	}
	return nil
}

func (w storeWriter) DeleteParameter(_ context.Context, name string) error {
	if err := w.store.data.remove(name); err != nil {
		return err
	}
	return nil
}

func (w storeWriter) PutSecret(_ context.Context, name, text string) (string, error) {
	return w.store.PutSecret(name, text), nil
}

func (w storeWriter) DeleteSecret(_ context.Context, name string) error {
	w.store.DeleteSecret(name)
	return nil
}
