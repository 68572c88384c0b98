// Package source reads the files of a customer's source, of which none is trusted: nothing leads out of the source, and nothing is read without a bound.
package source
