package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"time"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/report"
	"github.com/ssmcache/ssmcache/bench/work"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the program's flags.
type options struct {
	full, quick bool
	runs        int
	only        string
	out         string
	child       work.Child
}

func run(ctx context.Context, arguments []string) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.BoolVar(&o.full, "full", false, "also the sizes at which a peer needs minutes")
	flags.BoolVar(&o.quick, "quick", false, "one short run of everything: shows that it works, proves nothing")
	flags.IntVar(&o.runs, "runs", 5, "how often each figure is measured")
	flags.StringVar(&o.only, "only", "", "the works to do, as a regular expression; all if empty")
	flags.StringVar(&o.out, "out", "results", "the folder to write to")
	flags.StringVar(&o.child.Kind, "child", "", "measure this in the present process and print it (used by the program itself)")
	flags.StringVar(&o.child.Peer, "peer", "", "the child's peer")
	flags.IntVar(&o.child.N, "n", 0, "the child's size")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if o.child.Kind != "" {
		return o.child.Measure(ctx, os.Stdout)
	}
	return measure(ctx, o)
}

func measure(ctx context.Context, o options) error {
	only, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	if o.quick {
		o.runs = 1
	}
	page := report.Page{
		Date:    time.Now().UTC().Format(time.DateOnly),
		Machine: report.Here(ctx),
		Runs:    o.runs, Quick: o.quick, Only: o.only,
		Set: new(figure.Set),
	}
	lab := &work.Lab{Runs: o.runs, Full: o.full, Quick: o.quick, Figures: page.Set, Log: os.Stderr}
	start := time.Now()
	for _, w := range lab.Works() {
		if !only.MatchString(w.Name) {
			continue
		}
		if err := lab.Do(ctx, w); err != nil {
			return err
		}
	}
	page.Virtual = report.InVirtualTime(ctx)
	page.Took = time.Since(start)
	page.Charts = report.Charts(page.Set)
	if err := write(page, o.out); err != nil {
		return err
	}
	return report.PrintTargets(os.Stdout, page)
}

// write writes the page, its charts and its raw samples.
func write(page report.Page, folder string) error {
	if err := report.SaveCharts(page.Charts, folder, page.Date); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(folder, page.Date+".md"), page.Write); err != nil {
		return err
	}
	return writeFile(filepath.Join(folder, page.Date+".txt"), func(w io.Writer) error {
		return report.Raw(w, page.Set, page.Machine)
	})
}

func writeFile(name string, fill func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(fill(f), f.Close())
}
