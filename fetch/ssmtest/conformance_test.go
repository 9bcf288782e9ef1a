package ssmtest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

var _ fetch.Client = (*ssmtest.Client)(nil)

func TestMemoryFaceConforms(t *testing.T) {
	ssmtest.Conformance(t, ssmtest.New(ssmtest.Config{}).Peer())
}

func TestMemoryFaceConformsInAnotherPartition(t *testing.T) {
	ssmtest.Conformance(t, ssmtest.New(ssmtest.Config{Partition: "aws-cn", Region: "cn-north-1", Account: "210987654321"}).Peer())
}

func TestHTTPFaceConforms(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	server := store.Serve()
	defer server.Close()
	client := server.Client()
	ssmtest.Conformance(t, ssmtest.Peer{Client: client, Writer: sdkWriter{client, store.Peer().Writer}})
}

func TestSDKClientConformsWithoutASocket(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	ssmtest.Conformance(t, ssmtest.Peer{Client: store.SDKClient(), Writer: store.Peer().Writer})
}

func TestBothFacesRunInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.PutSecure("/a/b", "v")
		for _, client := range []ssmtest.Reader{store.Client(), store.SDKClient()} {
			if out, err := get(t.Context(), client, "/a/b"); err != nil || len(out.Parameters) != 1 {
				t.Fatalf("%T: %v", client, err)
			}
			if out, err := list(t.Context(), client, "/a"); err != nil || len(out.Parameters) != 1 {
				t.Fatalf("%T: %v", client, err)
			}
		}
	})
}

// secretWriter is the half of [ssmtest.Writer] that is not Parameter Store.
type secretWriter interface {
	PutSecret(ctx context.Context, name, text string) (versionID string, err error)
	DeleteSecret(ctx context.Context, name string) error
}

// sdkWriter writes parameters through the SDK.
type sdkWriter struct {
	client *ssm.Client
	secretWriter
}

func (w sdkWriter) PutParameter(ctx context.Context, p ssmtest.Parameter) (int64, error) {
	in := &ssm.PutParameterInput{Name: aws.String(p.Name), Value: aws.String(p.Text), Type: p.Type, Overwrite: aws.Bool(true)}
	if in.Type == "" {
		in.Type = types.ParameterTypeString
	}
	if p.KeyID != "" {
		in.KeyId = aws.String(p.KeyID)
	}
	if p.DataType != "" {
		in.DataType = aws.String(p.DataType)
	}
	out, err := w.client.PutParameter(ctx, in)
	if err != nil {
		return 0, err
	}
	return out.Version, nil
}

func (w sdkWriter) LabelParameter(ctx context.Context, name string, version int64, labels ...string) error {
	in := &ssm.LabelParameterVersionInput{Name: aws.String(name), ParameterVersion: aws.Int64(version), Labels: labels}
	out, err := w.client.LabelParameterVersion(ctx, in)
	if err == nil && len(out.InvalidLabels) > 0 {
		err = errors.New("not all are labels")
	}
	return err
}

func (w sdkWriter) DeleteParameter(ctx context.Context, name string) error {
	_, err := w.client.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: aws.String(name)})
	return err
}
