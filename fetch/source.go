package fetch

import "encoding/json"

// sourceVersion returns the version id in a secret's SourceResult, whose keys
// are spelled with a capital or a small first letter. The rest of it, the
// secret in clear, is not kept.
func sourceVersion(sourceResult *string) string {
	if sourceResult == nil {
		return ""
	}
	// encoding/json matches keys regardless of case.
	var source struct{ VersionID string }
	if json.Unmarshal([]byte(*sourceResult), &source) != nil {
		return ""
	}
	return source.VersionID
}
