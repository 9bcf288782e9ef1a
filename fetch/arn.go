package fetch

import (
	"fmt"
	"strings"
)

const (
	arnParts    = 6 // arn, partition, service, region, account, resource
	arnResource = "parameter"
)

// looksLikeARN tells an ARN from a parameter called arn with a selector.
func looksLikeARN(s string) bool {
	return strings.HasPrefix(s, "arn:") && strings.Count(s, ":") > 1
}

// splitARN returns the ARN without its selector, and the selector. An ARN has
// five colons; a sixth starts the selector.
func splitARN(s string) (base, selector string) {
	colons := 0
	for i := range len(s) {
		if s[i] != ':' {
			continue
		}
		if colons++; colons == arnParts {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func parseARN(s string) (Name, error) {
	base, selector := splitARN(s)
	if err := checkARN(base); err != nil {
		return Name{}, fmt.Errorf("ssmcache: name %q: %w: %s", s, ErrInvalidParameter, err)
	}
	if base != s && !validSelector(selector) {
		return Name{}, badSelector(s, selector)
	}
	return Name{s}, nil
}

// checkARN says what is wrong with a parameter's ARN, without its selector. The
// account is empty for public parameters.
func checkARN(base string) error {
	parts := strings.Split(base, ":")
	if len(parts) != arnParts {
		return fmt.Errorf("an ARN has %d parts", arnParts)
	}
	partition, service, region, account, resource := parts[1], parts[2], parts[3], parts[4], parts[5]
	switch {
	case service == "secretsmanager":
		return fmt.Errorf("it is a secret's ARN; a secret is read by its name")
	case service != "ssm":
		return fmt.Errorf("the ARN's service is not ssm")
	case partition == "" || !consistsOf(partition, wordChar):
		return fmt.Errorf("the ARN's partition is missing or malformed")
	case region == "" || !consistsOf(region, wordChar):
		return fmt.Errorf("the ARN's region is missing or malformed")
	case !consistsOf(account, func(c byte) bool { return c >= '0' && c <= '9' }):
		return fmt.Errorf("the ARN's account is not a number")
	case len(base) > maxNameLength:
		return fmt.Errorf("longer than %d characters", maxNameLength)
	}
	path, ok := strings.CutPrefix(resource, arnResource+"/")
	if !ok || path == "" {
		return fmt.Errorf("the ARN's resource is not %s/NAME", arnResource)
	}
	if !consistsOf(path, nameChar) {
		return fmt.Errorf("only letters, digits and _.-/ are allowed")
	}
	return checkLevels("/" + path)
}
