// Package report writes what was measured: a page of tables with every target
// beside its figure, charts, and the raw samples as benchstat reads them.
package report
