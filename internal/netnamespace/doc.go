// Package netnamespace makes network namespaces that a mount keeps alive, and runs code inside of them.
package netnamespace
