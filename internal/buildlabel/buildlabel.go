// Package buildlabel has the name of the label by which a builder tells workers, in BuildKit's own list of workers, how many builds it takes.
package buildlabel

// Builds is the label's name. Its value is a whole number.
const Builds = "dev.zeitwork.builds"
