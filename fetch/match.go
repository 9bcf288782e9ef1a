package fetch

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// answer is what GetParameters said of one name: an item, or that the name is
// unknown, or neither.
type answer struct {
	item    *types.Parameter
	unknown bool
}

// match gives each of names its answer, in order. An item answers one name at
// the most, so that an ARN and the plain name of one parameter, whose items
// look alike, get one each; the ARNs choose first, since only their items can
// be told from others by ARN. Items that answer no name are left over.
func match(names []Name, out *ssm.GetParametersOutput) []answer {
	answers := make([]answer, len(names))
	used := make([]bool, len(out.Parameters))
	for _, arns := range [...]bool{true, false} {
		for i, n := range names {
			if n.isARN() != arns {
				continue
			}
			for j := range out.Parameters {
				if item := &out.Parameters[j]; !used[j] && item.Value != nil && n.answeredBy(item) {
					answers[i].item, used[j] = item, true
					break
				}
			}
		}
	}
	for i, n := range names {
		answers[i].unknown = answers[i].item == nil && slices.ContainsFunc(out.InvalidParameters, n.spelled)
	}
	return answers
}

// answeredBy reports whether item is the answer for n, whatever its spelling.
func (n Name) answeredBy(item *types.Parameter) bool {
	base, selector := n.split()
	if selectorOf(item) != selector {
		return false
	}
	name, arn := aws.ToString(item.Name), aws.ToString(item.ARN)
	switch {
	case n.isARN():
		return arn == base || name == base
	case n.IsSecret():
		// Some stores answer with the bare name of the secret.
		bare := strings.TrimPrefix(base, secretPrefix)
		return name == base || name == bare && ofSecret(item)
	default:
		return atRoot(name) == atRoot(base) && !ofSecret(item)
	}
}

// ofSecret reports whether item came from Secrets Manager.
func ofSecret(item *types.Parameter) bool {
	return item.SourceResult != nil || strings.Contains(aws.ToString(item.ARN), ":secretsmanager:")
}

// spelled reports whether s is n, in the spelling of an answer.
func (n Name) spelled(s string) bool { return atRoot(s) == atRoot(n.full) }

// atRoot returns s without its leading slash if that makes no difference: at
// the root, /p and p are the same parameter.
func atRoot(s string) string {
	if rest, ok := strings.CutPrefix(s, "/"); ok && !strings.Contains(rest, "/") {
		return rest
	}
	return s
}
