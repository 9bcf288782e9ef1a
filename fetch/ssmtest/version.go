package ssmtest

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// The limits of a parameter's versions and labels, from the Parameter Store
// user guide.
const (
	maxVersions    = 100
	maxLabels      = 10 // of one version
	maxLabelLength = 100
)

// record is one parameter with its versions. It is guarded by data's lock.
type record struct {
	name     string // spelled as created
	arn      string
	versions []version        // by number, without gaps
	labels   map[string]int64 // the number of the version that has the label
}

// version is one version of a parameter. It is never modified.
type version struct {
	number   int64
	kind     types.ParameterType
	text     string
	keyID    string
	dataType string
	modified time.Time
}

// add makes a new version, which pushes out the oldest of a hundred unless that
// one has a label.
func (r *record) add(p Parameter, now time.Time) (int64, *apiError) {
	v := version{number: 1, kind: p.Type, text: p.Text, keyID: p.KeyID, dataType: p.DataType, modified: now}
	if len(r.versions) > 0 {
		v.number = r.latest().number + 1
	}
	if len(r.versions) == maxVersions {
		oldest := r.versions[0].number
		if len(r.labelsOf(oldest)) > 0 {
			return 0, &apiError{
				code: "ParameterMaxVersionLimitExceeded",
				message: "You attempted to create a new version of " + r.name + " by calling the PutParameter API with the overwrite flag. Version " +
					strconv.FormatInt(oldest, 10) + ", the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.",
			}
		}
		r.versions = append(r.versions[:0:0], r.versions[1:]...)
	}
	r.versions = append(r.versions, v)
	return v.number, nil
}

// latest is the newest version; a record always has one.
func (r *record) latest() version { return r.versions[len(r.versions)-1] }

// byNumber finds a version that is kept.
func (r *record) byNumber(number int64) (version, bool) {
	i := number - r.versions[0].number
	if i < 0 || i >= int64(len(r.versions)) {
		return version{}, false
	}
	return r.versions[i], true
}

// find follows a selector: nothing, a version, or a label. Labels do not start
// with a digit, so a selector of digits is a version.
func (r *record) find(selector string) (version, bool) {
	if selector == "" {
		return r.latest(), true
	}
	number, labelled := r.labels[selector]
	if !labelled {
		var err error
		if number, err = strconv.ParseInt(selector, 10, 64); err != nil || !isDigit(selector[0]) {
			return version{}, false
		}
	}
	return r.byNumber(number)
}

// label moves labels to a version, and returns those that are no labels.
func (r *record) label(number int64, labels []string) (invalid []string, err *apiError) {
	if _, ok := r.byNumber(number); !ok {
		return nil, &apiError{code: "ParameterVersionNotFound", message: "Systems Manager could not find version " + strconv.FormatInt(number, 10) + " of " + r.name + ". Verify the version and try again."}
	}
	wanted := map[string]bool{}
	for _, l := range r.labelsOf(number) {
		wanted[l] = true
	}
	valid := make([]string, 0, len(labels))
	for _, l := range labels {
		if !isLabel(l) {
			invalid = append(invalid, l)
			continue
		}
		valid, wanted[l] = append(valid, l), true
	}
	if len(wanted) > maxLabels {
		return nil, &apiError{code: "ParameterVersionLabelLimitExceeded", message: "An error occurred (ParameterVersionLabelLimitExceeded) when calling the LabelParameterVersion operation: A parameter version can have maximum 10 labels. Move one or more labels to another version and try again."}
	}
	for _, l := range valid {
		r.labels[l] = number
	}
	return invalid, nil
}

func (r *record) labelsOf(number int64) (labels []string) {
	for l, n := range r.labels {
		if n == number {
			labels = append(labels, l)
		}
	}
	return labels
}

func isLabel(l string) bool {
	return isAlphabet(l) && len(l) <= maxLabelLength && !isDigit(l[0]) && !hasReservedPrefix(l)
}

// answer is a version as the API gives it, made anew for each call. The empty
// name stands for the one under which the parameter was created.
func (r *record) answer(v version, name, selector string, decrypt bool) types.Parameter {
	if name == "" {
		name = r.name
	}
	text := v.text
	if v.kind == types.ParameterTypeSecureString && !decrypt {
		text = ciphertext(r.arn, v)
	}
	p := types.Parameter{
		ARN:              aws.String(r.arn),
		DataType:         aws.String(v.dataType),
		LastModifiedDate: aws.Time(v.modified),
		Name:             aws.String(name),
		Type:             v.kind,
		Value:            aws.String(text),
		Version:          v.number,
	}
	if selector != "" {
		p.Selector = aws.String(":" + selector)
	}
	return p
}
