// Package npmscript finds out which programs the scripts of a package.json run in the end: through other scripts, package managers, programs that only set
// variables, and chains of a shell. Nothing is run: the text alone is read.
package npmscript
