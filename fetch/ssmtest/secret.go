package ssmtest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// The stages that Secrets Manager keeps by itself.
const (
	stageCurrent  = "AWSCURRENT"
	stagePrevious = "AWSPREVIOUS"
)

const maxSecretNameLength = 512

// secret is a secret of Secrets Manager, as Parameter Store refers to it. It is
// guarded by data's lock.
type secret struct {
	name     string
	arn      string
	versions []*secretVersion // oldest first
}

type secretVersion struct {
	id      string
	text    string
	stages  []string
	created time.Time
}

// PutSecret stores a new version of a secret of Secrets Manager and returns its
// version id. A reader asks for it as /aws/reference/secretsmanager/NAME. The
// stages move to the new version; without any, AWSCURRENT does. The version that
// AWSCURRENT leaves becomes AWSPREVIOUS. A secret's first version is always
// current. It panics on a malformed name or stage, and on an empty text.
func (s *Store) PutSecret(name, text string, stages ...string) (versionID string) {
	if !isSecretName(name) {
		panic(fmt.Sprintf("ssmtest: PutSecret %s: a secret's name is 1 to 512 letters, digits and /_+=.@-", name))
	}
	if text == "" {
		panic(fmt.Sprintf("ssmtest: PutSecret %s: the value is empty", name))
	}
	for _, stage := range stages {
		if !isAlphabet(stage) {
			panic(fmt.Sprintf("ssmtest: PutSecret %s: %q is no stage", name, stage))
		}
	}
	return s.data.putSecret(name, text, stages, s.now())
}

// DeleteSecret removes a secret with all its versions. It does nothing when
// there is none.
func (s *Store) DeleteSecret(name string) {
	s.data.mu.Lock()
	defer s.data.mu.Unlock()
	delete(s.data.secrets, name)
}

func (d *data) putSecret(name, text string, stages []string, now time.Time) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.secrets[name]
	if s == nil {
		suffix := fmt.Sprintf("%x", sha256.Sum256([]byte(name)))[:6]
		s = &secret{name: name, arn: "arn:" + d.home.partition + ":secretsmanager:" + d.home.region + ":" + d.home.account + ":secret:" + name + "-" + suffix}
		d.secrets[name] = s
	}
	return s.add(text, stages, now)
}

func (s *secret) add(text string, stages []string, now time.Time) string {
	if len(stages) == 0 || len(s.versions) == 0 && !slices.Contains(stages, stageCurrent) {
		stages = append(slices.Clone(stages), stageCurrent)
	}
	digest := fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%s:%d", s.arn, len(s.versions))))
	v := &secretVersion{
		id:      digest[:8] + "-" + digest[8:12] + "-4" + digest[13:16] + "-a" + digest[17:20] + "-" + digest[20:32],
		text:    text,
		created: now,
	}
	former := s.find(stageCurrent)
	s.versions = append(s.versions, v)
	for _, stage := range stages {
		if stage == stageCurrent && former != nil {
			s.move(stagePrevious, former)
		}
		s.move(stage, v)
	}
	return v.id
}

// move takes a stage from the version that has it.
func (s *secret) move(stage string, to *secretVersion) {
	for _, v := range s.versions {
		v.stages = slices.DeleteFunc(v.stages, func(has string) bool { return has == stage })
	}
	to.stages = append(to.stages, stage)
}

// find follows a selector: nothing, a version id, or a stage.
func (s *secret) find(selector string) *secretVersion {
	if selector == "" {
		selector = stageCurrent
	}
	for _, v := range s.versions {
		if v.id == selector || slices.Contains(v.stages, selector) {
			return v
		}
	}
	return nil
}

// answer is a version of the secret as Parameter Store gives it. Its version is
// always 0, and its SourceResult has the value in clear.
func (s *secret) answer(v *secretVersion, ref reference) types.Parameter {
	source, _ := json.Marshal(map[string]any{ // strings marshal without an error
		"ARN":           s.arn,
		"Name":          s.name,
		"VersionId":     v.id,
		"SecretString":  v.text,
		"VersionStages": v.stages,
		"CreatedDate":   v.created.Format(time.RFC3339Nano),
	})
	p := types.Parameter{
		ARN:              aws.String(s.arn),
		DataType:         aws.String("text"),
		LastModifiedDate: aws.Time(v.created),
		Name:             aws.String(ref.name),
		SourceResult:     aws.String(string(source)),
		Type:             types.ParameterTypeSecureString,
		Value:            aws.String(v.text),
	}
	if ref.selector != "" {
		p.Selector = aws.String(":" + ref.selector)
	}
	return p
}

func isSecretName(name string) bool {
	for _, c := range []byte(name) {
		if !isAlphanumeric(c) && !strings.ContainsRune("/_+=.@-", rune(c)) {
			return false
		}
	}
	return name != "" && len(name) <= maxSecretNameLength
}
