package report

import (
	"fmt"
	"strings"
)

// table is a Markdown table. Its first column is text, and so are the others
// if words says so; else they are numbers.
type table struct {
	head  []string
	rows  [][]string
	words bool
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) String() string {
	if len(t.rows) == 0 {
		return "Not measured.\n"
	}
	var b strings.Builder
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.head)
	rule := make([]string, len(t.head))
	for i := range rule {
		rule[i] = "---:"
		if i == 0 || t.words {
			rule[i] = "---"
		}
	}
	line(rule)
	for _, r := range t.rows {
		line(r)
	}
	return b.String()
}
