package main

import (
	"fmt"
	"strconv"
	"time"
)

// head starts a section of the report.
func (d *demo) head(title, format string, args ...any) {
	fmt.Fprintf(d.out, "\n%-12s%s\n", title, fmt.Sprintf(format, args...))
}

// say adds a line to the section.
func (d *demo) say(format string, args ...any) {
	fmt.Fprintf(d.out, "%12s%s\n", "", fmt.Sprintf(format, args...))
}

// thousands writes a number with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// short rounds a duration to two or three digits.
func short(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit)
}
