package ssmtest

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// wireParameter is a parameter of an answer.
type wireParameter struct {
	ARN              *string
	DataType         *string
	LastModifiedDate json.Number // seconds since 1970
	Name             *string
	Selector         *string `json:",omitempty"`
	SourceResult     *string `json:",omitempty"`
	Type             types.ParameterType
	Value            *string
	Version          int64
}

func onWire(parameters []types.Parameter) []wireParameter {
	out := make([]wireParameter, len(parameters))
	for i, p := range parameters {
		out[i] = wireParameter{
			ARN: p.ARN, DataType: p.DataType, LastModifiedDate: epochSeconds(aws.ToTime(p.LastModifiedDate)), Name: p.Name,
			Selector: p.Selector, SourceResult: p.SourceResult, Type: p.Type, Value: p.Value, Version: p.Version,
		}
	}
	return out
}

// epochSeconds is a time as the protocol writes it: seconds and milliseconds.
func epochSeconds(at time.Time) json.Number {
	return json.Number(strconv.FormatFloat(float64(at.UnixMilli())/1000, 'f', 3, 64))
}

func serialization() *apiError {
	return &apiError{code: "SerializationException", message: "The request body is not what the operation takes."}
}

// decode reads a request's body. Its error says nothing of the body: a
// PutParameter's has a value.
func decode[In any](body []byte) (*In, error) {
	in := new(In)
	if json.Unmarshal(body, in) != nil {
		return nil, serialization()
	}
	return in, nil
}

func serveGetParameters(ctx context.Context, s *Store, body []byte) (any, error) {
	in, err := decode[ssm.GetParametersInput](body)
	if err != nil {
		return nil, err
	}
	out, err := s.client.GetParameters(ctx, in)
	if err != nil {
		return nil, err
	}
	return struct {
		InvalidParameters []string
		Parameters        []wireParameter
	}{out.InvalidParameters, onWire(out.Parameters)}, nil
}

func serveGetParametersByPath(ctx context.Context, s *Store, body []byte) (any, error) {
	in, err := decode[ssm.GetParametersByPathInput](body)
	if err != nil {
		return nil, err
	}
	out, err := s.client.GetParametersByPath(ctx, in)
	if err != nil {
		return nil, err
	}
	return struct {
		NextToken  *string `json:",omitempty"`
		Parameters []wireParameter
	}{out.NextToken, onWire(out.Parameters)}, nil
}

func servePutParameter(_ context.Context, s *Store, body []byte) (any, error) {
	in, err := decode[ssm.PutParameterInput](body)
	if err != nil {
		return nil, err
	}
	p := Parameter{Name: aws.ToString(in.Name), Text: aws.ToString(in.Value), Type: in.Type, KeyID: aws.ToString(in.KeyId), DataType: aws.ToString(in.DataType)}
	tier := in.Tier
	if tier == "" {
		tier = types.ParameterTierStandard
	}
	if hasReservedPrefix(strings.TrimPrefix(p.Name, "/")) {
		return nil, &apiError{code: "AccessDeniedException", message: "No access to reserved parameter name: " + p.Name + "."}
	}
	if tier == types.ParameterTierStandard && len(p.Text) > maxStandardText {
		return nil, validation("Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.")
	}
	number, refusal := s.data.put(p, aws.ToBool(in.Overwrite), s.now())
	if refusal != nil {
		return nil, refusal
	}
	return struct {
		Tier    types.ParameterTier
		Version int64
	}{tier, number}, nil
}

func serveLabelParameterVersion(_ context.Context, s *Store, body []byte) (any, error) {
	in, err := decode[ssm.LabelParameterVersionInput](body)
	if err != nil {
		return nil, err
	}
	if len(in.Labels) < 1 || len(in.Labels) > maxLabels {
		return nil, validation("1 validation error detected: Value at 'labels' failed to satisfy constraint: Member must have length between 1 and 10")
	}
	number, invalid, refusal := s.data.label(aws.ToString(in.Name), aws.ToInt64(in.ParameterVersion), in.Labels)
	if refusal != nil {
		return nil, refusal
	}
	return struct {
		InvalidLabels    []string
		ParameterVersion int64
	}{append([]string{}, invalid...), number}, nil
}

func serveDeleteParameter(_ context.Context, s *Store, body []byte) (any, error) {
	in, err := decode[ssm.DeleteParameterInput](body)
	if err != nil {
		return nil, err
	}
	if refusal := s.data.remove(aws.ToString(in.Name)); refusal != nil {
		return nil, refusal
	}
	return struct{}{}, nil
}
