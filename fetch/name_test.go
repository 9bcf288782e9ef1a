package fetch_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ssmcache/ssmcache/fetch"
)

const arn = "arn:aws:ssm:us-east-1:123456789012:parameter"

// levels is a name of n levels.
func levels(n int) string { return strings.Repeat("/a", n) }

func TestANameIsAcceptedAndSentAsItWasGiven(t *testing.T) {
	for _, s := range []string{
		"my_param", "p", "-", ".", "A.b_c-9", "aws", "ssm", "arn", "arn:2", "123",
		"/a/b", "/a", "/aws/service/ami-amazon-linux-latest/x", "/a.b/c-d/e_f",
		levels(15), "/" + strings.Repeat("x", 1010), strings.Repeat("x", 1011),
		"p:1", "p:9223372036854775807", "/a/b:12", "/a/b:prod", "p:_x", "p:.x", "p:-x", "p:" + strings.Repeat("l", 100), "p:a1",
		arn + "/a/b", arn + "/p", arn + "/p:3", arn + "/a/b:prod", arn + levels(15),
		"arn:aws-cn:ssm:cn-north-1:123456789012:parameter/p",
		"arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/p:1",
		"arn:aws-iso-b:ssm:us-isob-east-1:123456789012:parameter/a/p:live",
		"arn:aws:ssm:us-east-1::parameter/aws/service/list/x",
		"/aws/reference/secretsmanager/db", "/aws/reference/secretsmanager/db+x=y@z:AWSCURRENT",
		"/aws/reference/secretsmanager" + levels(20), "/aws/reference/secretsmanager//leading",
	} {
		name, err := fetch.ParseName(s)
		if err != nil {
			t.Errorf("%q: %v", s, err)
		}
		equal(t, s, name.String(), s)
	}
}

func TestAMalformedNameIsAnInvalidParameter(t *testing.T) {
	for _, s := range []string{
		"", ":1", "a/b", "/", "//", "/a//b", "/a/", "a b", "/a /b", " /a", "a\x00", "é", "a*", "{{ssm}}", "a%", "a\n",
		levels(16), strings.Repeat("x", 1012), "/" + strings.Repeat("x", 1011),
		"arn:aws:ssm", "arn::ssm:us-east-1:1:parameter/p", "arn:aws:ssm::1:parameter/p", "arn:aws:ssm:us-east-1:x:parameter/p",
		"arn:aws:ssm:us-east-1:1:parameter", "arn:aws:ssm:us-east-1:1:parameter/", "arn:aws:ssm:us-east-1:1:document/p",
		"arn:aws:ssm:us-east-1:1:parameter//p", "arn:aws:ssm:us-east-1:1:parameter/p/", "arn:aws:ssm:us-east-1:1:parameter/p q",
		"arn:aws:s3:us-east-1:1:parameter/p", "arn:a/b:ssm:us-east-1:1:parameter/p",
		"arn:aws:secretsmanager:us-east-1:1:secret:db-x1y2z3",
		arn + levels(16), arn + "/" + strings.Repeat("x", 1011-len(arn)),
		"/aws/reference/secretsmanager/", "/aws/reference/secretsmanager/a b", "/aws/reference/secretsmanager/" + strings.Repeat("x", 513),
	} {
		_, err := fetch.ParseName(s)
		if !errors.Is(err, fetch.ErrInvalidParameter) || errors.Is(err, fetch.ErrInvalidVersion) || errors.Is(err, fetch.ErrNotFound) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestABadSelectorIsAnInvalidVersion(t *testing.T) {
	for _, base := range []string{"p", "/a/b", arn + "/a/b"} {
		for _, selector := range []string{
			"", "0", "00", "01", "-1", "+1", "1.5", "1a", "9223372036854775808", "1:2", ":", "a:b", "a b", "a/b", "ä",
			"aws", "awsX", "AWSCURRENT", "ssm-x", "SSM", strings.Repeat("l", 101),
		} {
			_, err := fetch.ParseName(base + ":" + selector)
			if selector == "-1" { // a label may start with a hyphen
				equal(t, base+":-1", err, nil)
				continue
			}
			if !errors.Is(err, fetch.ErrInvalidVersion) || errors.Is(err, fetch.ErrInvalidParameter) {
				t.Errorf("%q: %v", base+":"+selector, err)
			}
		}
	}
}

func TestASecretIsReadByItsReference(t *testing.T) {
	const prefix = "/aws/reference/secretsmanager/"
	for given, want := range map[string]string{
		"db":                              prefix + "db",
		"prod/db":                         prefix + "prod/db",
		"a/_+=.@-Z9":                      prefix + "a/_+=.@-Z9",
		"db:AWSCURRENT":                   prefix + "db:AWSCURRENT",
		"db:my.stage":                     prefix + "db:my.stage",
		"db:0123abcd-0123-4abc-a123-0123": prefix + "db:0123abcd-0123-4abc-a123-0123",
		prefix + "db":                     prefix + "db",
		prefix + "db:AWSPREVIOUS":         prefix + "db:AWSPREVIOUS",
		prefix + "/slash":                 prefix + "/slash",
		strings.Repeat("x", 512):          prefix + strings.Repeat("x", 512),
		"a" + levels(40):                  prefix + "a" + levels(40),
	} {
		name, err := fetch.ParseSecret(given)
		if err != nil || name.String() != want || !name.IsSecret() {
			t.Errorf("%q: %q, %v", given, name, err)
		}
	}
}

func TestAMalformedSecretIsAnInvalidParameter(t *testing.T) {
	for _, s := range []string{
		"", "/db", "/", ":AWSCURRENT", "a b", "é", "a#", strings.Repeat("x", 513),
		"arn:aws:secretsmanager:us-east-1:1:secret:db-x1y2z3", "/aws/reference/secretsmanager/",
		"/aws/reference/secretsmanager/arn:aws:secretsmanager:us-east-1:1:secret:db-x1y2z3",
		"/aws/reference/secretsmanagerX/db",
	} {
		if _, err := fetch.ParseSecret(s); !errors.Is(err, fetch.ErrInvalidParameter) || errors.Is(err, fetch.ErrInvalidVersion) {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"db:", "db:a b", "db:a/b", "db:a:b", "db:" + strings.Repeat("s", 257), "/aws/reference/secretsmanager/db:"} {
		if _, err := fetch.ParseSecret(s); !errors.Is(err, fetch.ErrInvalidVersion) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestOnlyASecretsReferenceIsASecret(t *testing.T) {
	for s, want := range map[string]bool{
		"/aws/reference/secretsmanager/db": true, "/aws/reference/other": false, "/a": false, arn + "/a": false,
	} {
		name, err := fetch.ParseName(s)
		if err != nil || name.IsSecret() != want {
			t.Errorf("%q: %t, %v", s, name.IsSecret(), err)
		}
	}
}

func TestABasePathGoesBeforeANameThatStartsWithASlash(t *testing.T) {
	for _, c := range [][3]string{
		{"/app", "/db/host", "/app/db/host"},
		{"/app/", "/db:3", "/app/db:3"},
		{"/", "/db", "/db"},
		{"", "/db", "/db"},
		{"", "db", "db"},
		{"/app", arn + "/db:3", arn + "/db:3"},
		{"/app", "/aws/reference/secretsmanager/db:AWSPREVIOUS", "/aws/reference/secretsmanager/db:AWSPREVIOUS"},
		{"/app", "/aws/reference/other", "/app/aws/reference/other"},
	} {
		base, err := fetch.ParseBasePath(c[0])
		if err != nil {
			t.Fatal(err)
		}
		name, err := fetch.ParseNameIn(base, c[1])
		if err != nil || name.String() != c[2] {
			t.Errorf("%q in %q: %q, %v", c[1], c[0], name, err)
		}
	}
}

func TestANameWithoutASlashUnderABasePathIsAnInvalidPath(t *testing.T) {
	for _, prefix := range []string{"/app", "/"} {
		base, err := fetch.ParseBasePath(prefix)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{"db", "", "db:1", "a/b"} {
			if _, err := fetch.ParseNameIn(base, s); !errors.Is(err, fetch.ErrInvalidPath) || errors.Is(err, fetch.ErrInvalidParameter) {
				t.Errorf("%q in %q: %v", s, prefix, err)
			}
		}
	}
}

func TestABasePathCountsAmongTheLevels(t *testing.T) {
	base, err := fetch.ParseBasePath(levels(10))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fetch.ParseNameIn(base, levels(5)); err != nil {
		t.Error(err)
	}
	if _, err := fetch.ParseNameIn(base, levels(6)); !errors.Is(err, fetch.ErrInvalidParameter) {
		t.Error(err)
	}
}

func TestNotFoundIsAnInvalidParameterToo(t *testing.T) {
	if !errors.Is(fetch.ErrNotFound, fetch.ErrInvalidParameter) || errors.Is(fetch.ErrInvalidParameter, fetch.ErrNotFound) {
		t.Error("ErrNotFound must match ErrInvalidParameter, and not the other way round")
	}
}
