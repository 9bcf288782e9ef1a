package main

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// ago says how long ago t was, in one unit.
func ago(t time.Time) string {
	const day = 24 * time.Hour
	if t.IsZero() {
		return "unknown"
	}
	switch d := max(0, time.Since(t)); {
	case d >= 2*day:
		return fmt.Sprintf("%d days ago", d/day)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d h ago", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	case d >= time.Second:
		return fmt.Sprintf("%d s ago", d/time.Second)
	default:
		return fmt.Sprintf("%d ms ago", d/time.Millisecond)
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
