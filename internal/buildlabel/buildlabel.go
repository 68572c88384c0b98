// Package buildlabel has the names of the labels by which a builder tells workers of itself, in BuildKit's own list of workers.
package buildlabel

const (
	// Builds is the label that tells how many builds it takes: a whole number.
	Builds = "dev.zeitwork.builds"
	// Version is the label that tells of which version of Zeitwork the builder is.
	Version = "dev.zeitwork.version"
)
