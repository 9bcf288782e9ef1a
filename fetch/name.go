package fetch

import (
	"fmt"
	"strconv"
	"strings"
)

// Limits of Parameter Store; see "Creating Systems Manager parameters" and
// "Referencing AWS Secrets Manager secrets" in the AWS Systems Manager User
// Guide.
const (
	maxLevels     = 15   // of a parameter's name
	maxNameLength = 1011 // of a parameter's name, the prefix of its ARN included
	maxLabel      = 100
	maxSecretName = 512
	maxStage      = 256 // of a secret's staging label; a version id is shorter

	secretPrefix = "/aws/reference/secretsmanager/"
)

// Name is a checked name: of a parameter, of a parameter by ARN, or of a secret
// by reference, with the selector that was asked for, if any. Names are
// comparable; two are equal when they were asked for in the same way.
type Name struct{ full string }

// String returns the full name, selector included, as it is sent to the store.
func (n Name) String() string { return n.full }

// Checked returns the Name whose String is full, without checking it again.
func Checked(full string) Name { return Name{full} }

// IsSecret reports whether n is a reference to a Secrets Manager secret.
func (n Name) IsSecret() bool { return strings.HasPrefix(n.full, secretPrefix) }

func (n Name) isARN() bool { return looksLikeARN(n.full) }

// split returns n without its selector, and the selector without its colon.
func (n Name) split() (base, selector string) {
	if n.isARN() {
		return splitARN(n.full)
	}
	base, selector, _ = strings.Cut(n.full, ":")
	return base, selector
}

// ParseName checks a parameter's name: my_param, /a/b, a parameter ARN of any
// partition, or a secret's reference, each with an optional :VERSION or :LABEL.
// A malformed name is [ErrInvalidParameter], a bad selector
// [ErrInvalidVersion].
func ParseName(s string) (Name, error) {
	switch {
	case strings.HasPrefix(s, secretPrefix):
		return parseSecret(s, strings.TrimPrefix(s, secretPrefix))
	case looksLikeARN(s):
		return parseARN(s)
	}
	base, selector, selected := strings.Cut(s, ":")
	if err := checkName(base); err != nil {
		return Name{}, fmt.Errorf("ssmcache: name %q: %w: %s", s, ErrInvalidParameter, err)
	}
	if selected && !validSelector(selector) {
		return Name{}, badSelector(s, selector)
	}
	return Name{s}, nil
}

// ParseNameIn checks a parameter's name and puts base, a checked base path,
// before it: the name must then start with a slash ([ErrInvalidPath]
// otherwise). ARNs and references to secrets take no base path.
func ParseNameIn(base BasePath, s string) (Name, error) {
	if !base.set || looksLikeARN(s) || strings.HasPrefix(s, secretPrefix) {
		return ParseName(s)
	}
	if !strings.HasPrefix(s, "/") {
		return Name{}, fmt.Errorf("ssmcache: name %q: %w: with a base path (%q), a name starts with a slash", s, ErrInvalidPath, base)
	}
	return ParseName(base.prefix + s)
}

// ParseSecret checks the name of a Secrets Manager secret, with an optional
// :STAGE or :VERSION-ID, and returns its reference in Parameter Store. A name
// that starts with a slash is [ErrInvalidParameter], unless it starts with
// /aws/reference/secretsmanager/; so is a secret's ARN.
func ParseSecret(s string) (Name, error) {
	if rest, ok := strings.CutPrefix(s, secretPrefix); ok {
		return parseSecret(s, rest)
	}
	if strings.HasPrefix(s, "/") {
		return Name{}, fmt.Errorf("ssmcache: secret %q: %w: a secret's name does not start with a slash; %s goes before it by itself", s, ErrInvalidParameter, secretPrefix)
	}
	return parseSecret(s, s)
}

// parseSecret checks rest, the part of s behind the prefix.
func parseSecret(s, rest string) (Name, error) {
	base, selector, selected := strings.Cut(rest, ":")
	var reason string
	switch {
	case strings.HasPrefix(rest, "arn:"):
		reason = "a secret is read by its name, not by its ARN"
	case base == "":
		reason = "the name is empty"
	case len(base) > maxSecretName:
		reason = fmt.Sprintf("longer than %d characters", maxSecretName)
	case !consistsOf(base, secretNameChar):
		reason = "only letters, digits and /_+=.@- are allowed"
	}
	if reason != "" {
		return Name{}, fmt.Errorf("ssmcache: secret %q: %w: %s", s, ErrInvalidParameter, reason)
	}
	if selected && (selector == "" || len(selector) > maxStage || !consistsOf(selector, wordChar)) {
		return Name{}, fmt.Errorf("ssmcache: secret %q: %w: selector %q is neither a staging label nor a version id", s, ErrInvalidVersion, selector)
	}
	return Name{secretPrefix + rest}, nil
}

// checkName says what is wrong with a plain name, without its selector.
func checkName(base string) error {
	if base == "" {
		return fmt.Errorf("the name is empty")
	}
	if len(base) > maxNameLength {
		return fmt.Errorf("longer than %d characters", maxNameLength)
	}
	if !consistsOf(base, nameChar) {
		return fmt.Errorf("only letters, digits and _.-/ are allowed")
	}
	if !strings.Contains(base, "/") {
		return nil
	}
	if base[0] != '/' {
		return fmt.Errorf("a name with levels starts with a slash")
	}
	return checkLevels(base)
}

// checkLevels says what is wrong with the levels of s, which starts with a slash.
func checkLevels(s string) error {
	if strings.Contains(s, "//") || strings.HasSuffix(s, "/") {
		return fmt.Errorf("a level is empty")
	}
	if strings.Count(s, "/") > maxLevels {
		return fmt.Errorf("more than %d levels", maxLevels)
	}
	return nil
}

// validSelector reports whether s is a version or a label: digits without a
// leading zero, or up to 100 of a-zA-Z0-9_.- that start with neither a digit
// nor aws nor ssm.
func validSelector(s string) bool {
	if s == "" {
		return false
	}
	if s[0] >= '0' && s[0] <= '9' {
		_, err := strconv.ParseInt(s, 10, 64)
		return err == nil && s[0] != '0'
	}
	lower := strings.ToLower(s)
	return len(s) <= maxLabel && consistsOf(s, wordChar) &&
		!strings.HasPrefix(lower, "aws") && !strings.HasPrefix(lower, "ssm")
}

func badSelector(name, selector string) error {
	return fmt.Errorf("ssmcache: name %q: %w: selector %q is neither a version (1 or more) nor a label", name, ErrInvalidVersion, selector)
}

func consistsOf(s string, allowed func(byte) bool) bool {
	for i := range len(s) {
		if !allowed(s[i]) {
			return false
		}
	}
	return true
}

func wordChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-'
}

func nameChar(c byte) bool { return wordChar(c) || c == '/' }

func secretNameChar(c byte) bool { return nameChar(c) || c == '+' || c == '=' || c == '@' }
