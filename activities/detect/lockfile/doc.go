// Package lockfile parses the lockfiles of package managers: those of Node's, Gemfile.lock and composer.lock. It takes bytes and returns values.
package lockfile
