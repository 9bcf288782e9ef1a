package report

import (
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/ssmcache/ssmcache/bench/figure"
)

// Raw writes every sample in the format of the testing package's benchmarks,
// a line for each run, so that benchstat can compare two files.
func Raw(w io.Writer, set *figure.Set, m Machine) error {
	_, err := fmt.Fprintf(w, "goos: %s\ngoarch: %s\npkg: github.com/ssmcache/ssmcache/bench\ncpu: %s\ncommit: %s\n",
		runtime.GOOS, runtime.GOARCH, m.CPU, m.Commit)
	if err != nil {
		return err
	}
	for _, row := range set.Rows() {
		runs := 0
		for _, f := range row {
			runs = max(runs, len(f.Samples))
		}
		for run := range runs {
			var line strings.Builder
			line.WriteString(benchmarkName(row[0].Key, m.Procs))
			line.WriteString("\t1")
			for _, f := range row {
				if run < len(f.Samples) {
					fmt.Fprintf(&line, "\t%g %s", f.Samples[run], f.Unit)
				}
			}
			if _, err := fmt.Fprintln(w, line.String()); err != nil {
				return err
			}
		}
	}
	return nil
}

// benchmarkName is a name with sub-benchmark keys, as benchstat filters them.
func benchmarkName(k figure.Key, procs int) string {
	var b strings.Builder
	b.WriteString("Benchmark")
	b.WriteString(strings.ToUpper(k.Work[:1]) + k.Work[1:])
	if k.Case != "" {
		b.WriteString("/case=" + word(k.Case))
	}
	if k.N > 0 {
		fmt.Fprintf(&b, "/n=%d", k.N)
	}
	fmt.Fprintf(&b, "/peer=%s-%d", word(k.Peer), procs)
	return b.String()
}

var spaces = strings.NewReplacer(" ", "_", ",", "", "/", "_")

func word(s string) string { return spaces.Replace(s) }
