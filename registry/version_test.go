package registry

import (
	"runtime/debug"
	"testing"
)

func TestVersionIsThatOfTheBuildInformation(t *testing.T) {
	ours := debug.Module{Path: "github.com/ssmcache/ssmcache", Version: "v1.2.3"}
	other := debug.Module{Path: "example.com/other", Version: "v9.9.9"}
	for _, c := range []struct {
		what string
		info debug.BuildInfo
		want string
	}{
		{"a program that uses ssmcache", debug.BuildInfo{Main: other, Deps: []*debug.Module{&other, &ours}}, "v1.2.3"},
		{"a working copy", debug.BuildInfo{Main: debug.Module{Path: ours.Path, Version: "(devel)"}}, "(devel)"},
		{"a program without it", debug.BuildInfo{Main: other}, "unknown"},
		{"no version", debug.BuildInfo{Main: debug.Module{Path: ours.Path}}, "unknown"},
	} {
		if got := versionIn(&c.info); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	if Version() == "" {
		t.Error("Version is empty")
	}
}
