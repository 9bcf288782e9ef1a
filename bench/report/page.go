package report

import (
	"fmt"
	"io"
	"time"

	"github.com/ssmcache/ssmcache/bench/figure"
)

// Page is what one run of the program reports.
type Page struct {
	Date    string // of the run, as in its file's name
	Machine Machine
	Runs    int
	Took    time.Duration // from the first measurement to the last
	Quick   bool          // a quick run, whose figures prove nothing
	Only    string        // the works that were done, as a regular expression; all if empty
	Set     *figure.Set
	Virtual Virtual
	Charts  []Chart
}

// Write writes the page as Markdown.
func (p Page) Write(w io.Writer) error {
	for _, part := range []string{p.head(), p.targets(), p.reads(), p.latency(), p.coldStart(), p.stampede(), p.refresh(), p.memory(), p.idle(), p.growth(), p.peers()} {
		if _, err := fmt.Fprintln(w, part); err != nil {
			return err
		}
	}
	return nil
}

func (p Page) head() string {
	title := "# Measurements of " + p.Date
	if p.Quick {
		title += " (a quick run: it shows that the program works, and proves nothing)"
	}
	if p.Only != "" {
		title += fmt.Sprintf(" (of %q alone)", p.Only)
	}
	return fmt.Sprintf(`%s

%s.

%d runs of each figure, in %s altogether, in which the peers took turns. A figure is the median of its runs, with the smallest
and the largest in brackets; × is the median of the ratios to ssmcache's Handle.Get, taken run by run. The raw samples stand
beside this page in %s.txt, for benchstat. Written by %s.
`, title, p.Machine, p.Runs, p.Took.Round(time.Second), p.Date, "`make bench`")
}

func (p Page) targets() string {
	t := table{head: []string{"what", "target", "figure", "verdict"}, words: true}
	counts := map[Verdict]int{}
	for _, target := range Targets(p.Set, p.Virtual) {
		t.row(target.What, target.Limit, target.Figure, string(target.Verdict))
		counts[target.Verdict]++
	}
	limit := "met"
	if p.Took > 15*time.Minute {
		limit = string(NotMet)
	}
	t.row("`make bench`", "at most 15 minutes on two cores", p.Took.Round(time.Second).String(), limit)
	return fmt.Sprintf("## Targets\n\n%d are met, %d of them by the median alone; %d are undecided, %d not met, %d not measured.\n\n%s",
		counts[Met]+counts[MetMostly], counts[MetMostly], counts[Undecided], counts[NotMet], counts[Unmeasured], t.String())
}

// PrintTargets writes the targets as plain text, a line each.
func PrintTargets(w io.Writer, p Page) error {
	for _, t := range Targets(p.Set, p.Virtual) {
		if _, err := fmt.Fprintf(w, "%-75s %-45s %-45s %s\n", t.What, t.Limit, t.Figure, t.Verdict); err != nil {
			return err
		}
	}
	return nil
}

// chart returns the Markdown of the chart with that name, or nothing.
func (p Page) chart(name string) string {
	for _, c := range p.Charts {
		if c.Name == name {
			return fmt.Sprintf("\n![%s](%s)\n", c.Title, c.File(p.Date))
		}
	}
	return ""
}
