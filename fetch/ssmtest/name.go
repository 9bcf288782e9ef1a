package ssmtest

import "strings"

// The limits of a parameter's name, from the Parameter Store user guide.
const (
	maxAskedLength = 2048 // of one name in a request
	maxNameLength  = 1011 // of a name with the ARN's prefix
	maxLevels      = 15
	secretPrefix   = "/aws/reference/secretsmanager/"
)

// home is where a store is: the part of an ARN that all its parameters share.
type home struct{ partition, region, account string }

func (h *home) complete() {
	for _, field := range []struct {
		text *string
		zero string
	}{{&h.partition, "aws"}, {&h.region, "us-east-1"}, {&h.account, "123456789012"}} {
		if *field.text == "" {
			*field.text = field.zero
		}
	}
}

// arn is the ARN of the parameter with the given key.
func (h home) arn(key string) string {
	return "arn:" + h.partition + ":ssm:" + h.region + ":" + h.account + ":parameter" + key
}

// reference is one name of a request, taken apart.
type reference struct {
	asked    string // as asked, blanks trimmed
	name     string // the Name of the answer; "" for an ARN, which gets the parameter's own
	key      string // what the store knows it by: with a leading slash, or a secret's name
	selector string // without its colon
	secret   bool
	foreign  bool // an ARN of another partition, Region or account
}

// parseReference takes a name of a request apart. It reports false for a name
// that fails the whole call.
func parseReference(asked string, at home) (reference, bool) {
	asked = strings.TrimSpace(asked)
	ref := reference{asked: asked}
	if rest, ok := strings.CutPrefix(asked, secretPrefix); ok {
		ref.secret = true
		ref.key, ref.selector, _ = strings.Cut(rest, ":")
		ref.name = secretPrefix + ref.key
		return ref, ref.key != ""
	}
	rest := asked
	if parts := strings.SplitN(asked, ":", 6); len(parts) == 6 && parts[0] == "arn" && parts[2] == "ssm" {
		resource, ok := strings.CutPrefix(parts[5], "parameter/")
		if !ok {
			return ref, false
		}
		ref.foreign = home{partition: parts[1], region: parts[3], account: parts[4]} != at
		rest = "/" + resource
	}
	name, selector, selected := strings.Cut(rest, ":")
	if selected && !isAlphabet(selector) {
		return ref, false
	}
	ref.selector = selector
	if rest == asked {
		ref.name = name
	}
	ref.key = canonical(name)
	return ref, isKey(ref.key)
}

// canonical is the key of a name: at the root, "p" and "/p" are the same
// parameter. A name such as "a/b" stays without its slash, and is no key.
func canonical(name string) string {
	if strings.Contains(name, "/") {
		return name
	}
	return "/" + name
}

// isKey reports whether key is well formed: 1 to 15 non-empty levels, each
// after a slash.
func isKey(key string) bool {
	rest, ok := strings.CutPrefix(key, "/")
	if !ok || strings.Count(key, "/") > maxLevels {
		return false
	}
	for level := range strings.SplitSeq(rest, "/") {
		if !isAlphabet(level) {
			return false
		}
	}
	return true
}

// isAlphabet reports whether text is one or more of the characters that names'
// levels, labels and selectors are made of.
func isAlphabet(text string) bool {
	for _, c := range []byte(text) {
		if !isAlphanumeric(c) && c != '_' && c != '.' && c != '-' {
			return false
		}
	}
	return text != ""
}

func isAlphanumeric(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// hasReservedPrefix reports whether text starts with one of the prefixes that
// are barred when a parameter or a label is created.
func hasReservedPrefix(text string) bool {
	lower := strings.ToLower(text)
	return strings.HasPrefix(lower, "aws") || strings.HasPrefix(lower, "ssm")
}
