// Package attached shows that what observes a registry costs its cached reads
// nothing: with an Observer, Prometheus and OpenTelemetry attached, a read does
// not allocate, and takes as long as without.
//
//	go test -run '^$' -bench Read -count 10
//
// It is a module of its own, so that neither adapter depends on the other.
package attached
