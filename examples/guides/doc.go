// Package guides holds the code of the guides that lie beside it, as examples
// that run in the tests.
package guides
