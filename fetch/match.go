package fetch

import (
	"slices"
	"strconv"
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
// look alike, get one each. Who can tell its item best chooses first: an ARN by
// the item's ARN, then a selector. For a store that gives no selectors in its
// answers, a version chooses by its number next, and a label, at last, what
// plain names have left of its name. Of several items a name takes the latest
// version, because such a store may put a label's before the plain name's.
// Items that answer no name are left over.
func match(names []Name, out *ssm.GetParametersOutput) []answer {
	answers := make([]answer, len(names))
	used := make([]bool, len(out.Parameters))
	for choice := range choicesOf(out) {
		for i, n := range names {
			base, selector := n.split()
			if answers[i].item != nil || !n.choosesIn(choice, selector) || choice == labelsChooseLeft && n.isIn(out.InvalidParameters) {
				continue
			}
			best := -1
			for j := range out.Parameters {
				item := &out.Parameters[j]
				if !used[j] && item.Value != nil && n.isNamed(base, item) && accepts(choice, selector, item) && (best < 0 || item.Version > out.Parameters[best].Version) {
					best = j
				}
			}
			if best >= 0 {
				answers[i].item, used[best] = &out.Parameters[best], true
			}
		}
	}
	for i, n := range names {
		answers[i].unknown = answers[i].item == nil && n.isIn(out.InvalidParameters)
	}
	return answers
}

// choicesOf returns how many of the choices there are: nothing is left for a
// label if the store gives selectors.
func choicesOf(out *ssm.GetParametersOutput) int {
	if slices.ContainsFunc(out.Parameters, func(item types.Parameter) bool { return item.Selector != nil }) {
		return labelsChooseLeft
	}
	return choices
}

// The order in which names choose their items.
const (
	arnsChoose = iota
	selectorsChoose
	versionsChoose
	plainNamesChoose
	labelsChooseLeft
	choices
)

// choosesIn reports whether n, whose selector is given, takes part in a choice.
func (n Name) choosesIn(choice int, selector string) bool {
	if choice == arnsChoose {
		return n.isARN()
	}
	return (selector == "") == (choice == plainNamesChoose)
}

// accepts reports whether, in a choice, an item that carries a name is the answer
// for that name with this selector.
func accepts(choice int, selector string, item *types.Parameter) bool {
	switch given := selectorOf(item); choice {
	case arnsChoose, selectorsChoose:
		return given == selector
	case versionsChoose:
		return given == "" && selector == strconv.FormatInt(item.Version, 10)
	default:
		return given == ""
	}
}

// isNamed reports whether item carries the name base, which is n's without its
// selector, in whatever spelling.
func (n Name) isNamed(base string, item *types.Parameter) bool {
	name, arn := aws.ToString(item.Name), aws.ToString(item.ARN)
	switch {
	case n.isARN():
		return arn == base || name == base
	case n.IsSecret():
		// Some stores answer with the bare name of the secret.
		return name == base || ofSecret(item) && name == strings.TrimPrefix(base, secretPrefix)
	default:
		return sameName(name, base) && !ofSecret(item)
	}
}

// ofSecret reports whether item came from Secrets Manager.
func ofSecret(item *types.Parameter) bool {
	return item.SourceResult != nil || strings.Contains(aws.ToString(item.ARN), ":secretsmanager:")
}

// isIn reports whether n is among names, in the spelling of an answer.
func (n Name) isIn(names []string) bool {
	return slices.ContainsFunc(names, func(s string) bool { return sameName(s, n.full) })
}

// sameName reports whether a and b are spellings of one name.
func sameName(a, b string) bool {
	return a == b || len(a) != len(b) && atRoot(a) == atRoot(b)
}

// atRoot returns s without its leading slash if that makes no difference: at
// the root, /p and p are the same parameter.
func atRoot(s string) string {
	if rest, ok := strings.CutPrefix(s, "/"); ok && !strings.Contains(rest, "/") {
		return rest
	}
	return s
}
