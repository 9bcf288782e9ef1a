package ssmtest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Reader is the part of Parameter Store under test: the Client interface of
// package fetch, stated again so that fetch's tests can import this package.
type Reader interface {
	GetParameters(context.Context, *ssm.GetParametersInput, ...func(*ssm.Options)) (*ssm.GetParametersOutput, error)
	GetParametersByPath(context.Context, *ssm.GetParametersByPathInput, ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error)
}
