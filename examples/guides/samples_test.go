package guides

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

const root = "../.."

// documents returns the texts of the README, of CONTRIBUTING and CHANGELOG, and
// of the guides, by path.
func documents(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("*.md")
	if err != nil || len(paths) == 0 {
		t.Fatalf("guides: %q, %v", paths, err)
	}
	texts := map[string]string{}
	for _, path := range append(paths, root+"/README.md", root+"/CONTRIBUTING.md", root+"/CHANGELOG.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(text)
	}
	return texts
}

// tested returns the text of all Go files that run in tests: examples, and the
// programs that have a test.
func tested(t *testing.T) string {
	t.Helper()
	var all bytes.Buffer
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(name, ".") && path != root:
			return filepath.SkipDir
		case !strings.HasSuffix(name, "example_test.go") && !(strings.HasSuffix(name, ".go") && strings.HasPrefix(path, root+"/examples/")):
			return nil
		case name == "samples_test.go":
			return nil
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

var sample = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

func TestEverySampleInADocumentIsInATestedProgram(t *testing.T) {
	programs := tested(t)
	samples := 0
	for path, text := range documents(t) {
		for _, found := range sample.FindAllStringSubmatch(text, -1) {
			samples++
			if !strings.Contains(programs, "\n"+found[1]) {
				t.Errorf("%s: no tested program has this sample:\n%s", path, found[1])
			}
		}
	}
	if samples < 30 {
		t.Errorf("only %d samples were found", samples)
	}
}

func TestEveryOptionIsInTheReadmeAndNoOther(t *testing.T) {
	readme := documents(t)[root+"/README.md"]
	for _, options := range []any{registry.Config{}, registry.GroupConfig{}, registry.PathOptions{}, handle.RetryOptions{}} {
		kind := reflect.TypeOf(options)
		_, section, found := strings.Cut(readme, "`"+kind.String()+"`, for ")
		_, section, table := strings.Cut(section, "| --- | --- | --- |\n")
		if !found || !table {
			t.Errorf("%v has no table", kind)
			continue
		}
		section, _, _ = strings.Cut(section, "\n\n")
		var got, want []string
		for row := range strings.Lines(section) {
			got = append(got, strings.Split(row, "`")[1])
		}
		for field := range kind.Fields() {
			want = append(want, field.Name)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%v: the table has %q, not %q", kind, got, want)
		}
	}
}

var (
	link = regexp.MustCompile(`\]\(([^)#]*)(#[^)]*)?\)`)
	code = regexp.MustCompile("(?ms)^```.*?^```$")
)

func TestEveryLinkWithinTheRepositoryLeadsSomewhere(t *testing.T) {
	texts := documents(t)
	for path, text := range texts {
		for _, found := range link.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
			target, anchor := found[1], found[2]
			if strings.Contains(target, "://") {
				continue
			}
			if target = filepath.Join(filepath.Dir(path), target); found[1] == "" {
				target = path
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s: %v", path, found[1], err)
			}
			if to := texts[target]; anchor != "" && !hasHeading(to, anchor[1:]) {
				t.Errorf("%s: %s has no heading for %s", path, target, anchor)
			}
		}
	}
}

// hasHeading reports whether a document has a heading with that anchor.
func hasHeading(text, anchor string) bool {
	for line := range strings.Lines(text) {
		if heading, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") &&
			strings.ReplaceAll(strings.ToLower(strings.TrimSpace(heading)), " ", "-") == anchor {
			return true
		}
	}
	return false
}
