// Package detect decides how a source becomes an image. It asks the packages below it, each of which knows the sources of one language by their files,
// chooses the versions that they run on, and writes the Dockerfile. Detect itself knows only in which order to ask.
package detect
