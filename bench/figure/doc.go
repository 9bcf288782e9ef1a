// Package figure holds what was measured: samples under a key, the median and
// spread that tables show, ratios taken run by run, and the exponent with
// which a quantity grows.
package figure
