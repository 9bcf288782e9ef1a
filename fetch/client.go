package fetch

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Client is the part of Parameter Store that ssmcache calls. [ssm.Client]
// satisfies it, and so does the in-memory store of package ssmtest.
//
// IAM checks each operation as its own action: ssm:GetParameters for names,
// ssm:GetParametersByPath for paths. An implementation must be safe for
// concurrent use and should return when its context ends.
type Client interface {
	GetParameters(context.Context, *ssm.GetParametersInput, ...func(*ssm.Options)) (*ssm.GetParametersOutput, error)
	GetParametersByPath(context.Context, *ssm.GetParametersByPathInput, ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error)
}
