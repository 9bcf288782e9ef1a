// Package work holds the kinds of work that are measured, one file each: what
// is timed, on which store, and which figures come of it.
//
// A [Lab] is one run of the program. Each of its methods measures one kind of
// work for every peer that can do it and adds the samples to Lab.Figures. In
// each run of a work the peers take turns, in an order drawn anew, so that
// what disturbs the machine disturbs them alike.
package work
