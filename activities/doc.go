// Package activities does what a deployment step does to the outside world: it fetches sources, finds out how they are
// built, has BuildKit build them and publishes the image.
//
// Every activity is safe to run twice: it names what it makes by content (commit, digest, deployment id) and finds what
// an earlier attempt left. None knows when or why it runs; package workflows decides that.
//
// Errors are of two kinds. Those that only the user can do something about are problem.Errors for which problem.IsUsers is true.
// Everything else is the platform's trouble, and worth another try.
package activities
