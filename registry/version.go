package registry

import "runtime/debug"

const modulePath = "github.com/ssmcache/ssmcache"

// Version returns the version of ssmcache that the program was built with, from
// the build information: "v1.2.3", "(devel)" for a build from a working copy, or
// "unknown" without build information.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return versionIn(info)
}

func versionIn(info *debug.BuildInfo) string {
	for _, module := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if module.Path == modulePath && module.Version != "" {
			return module.Version
		}
	}
	return "unknown"
}
