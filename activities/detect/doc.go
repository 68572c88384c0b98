// Package detect decides how a source becomes an image: it knows its framework by its files, chooses the versions of what it runs on, and
// writes the Dockerfile.
package detect
