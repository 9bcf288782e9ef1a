// Package peer opens the libraries that are compared, each the way its own
// documentation recommends, behind one small description of what it can do.
//
// Each file holds one library and names the page that it follows. The loops
// that are timed are written out in each file and call the library directly,
// as a user's code would: a loop is entered once per measurement through a
// function value, and from there on no peer pays for our abstraction.
package peer
