package registry

import (
	"fmt"
	"io"
	"log/slog"
)

// Format writes the group's name, whatever the verb: a group that is in use can
// be printed, without its values.
func (g *Group) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "group "+g.name) }

// LogValue returns the group's name.
func (g *Group) LogValue() slog.Value { return slog.StringValue(g.name) }

// Format writes how many groups there are, whatever the verb.
func (r *Registry) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "registry of %d groups", len(r.Groups()))
}

// LogValue returns how many groups there are.
func (r *Registry) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("groups", len(r.Groups())))
}
