// Command bench measures ssmcache beside the libraries that a user would pick
// instead, on the same work, in one run, and writes what it found to
// results/<date>.md, with charts and with the raw samples as benchstat reads
// them.
//
//	go run .         # every figure, at least five runs each, within 15 minutes on two cores
//	go run . -full   # also the sizes at which a peer needs minutes
//	go run . -quick  # one short run of everything: shows that it works, proves nothing
//
// # How it measures
//
// The packages, in the order in which a figure passes through them:
//
//	store   a Parameter Store that costs next to nothing, in process and over HTTP
//	peer    one file for each library: how it is opened, and the loops that read it
//	work    one file for each kind of work: what is timed, and how
//	figure  samples, their median and spread, the fitted exponent of a growth
//	report  tables, targets, charts, raw output
//
// Three rules hold throughout. Peers take turns within each run, so that
// the machine's noise falls on all of them, and a ratio is the median of the
// ratios of each turn. Each peer supplies its own loops, so that no call goes
// through an interface that its users would not go through. What has to be
// measured in a process of its own (memory, idle cost) runs in a child of
// this program.
//
// The store answers every name from the name alone and keeps nothing. It
// therefore costs the same for every peer and grows with nothing, and what
// remains is the cache. The tests use the repository's own store, ssmtest.
package main
