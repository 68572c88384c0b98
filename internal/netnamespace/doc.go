// Package netnamespace makes network namespaces that live as long as a mount of them, and runs code inside of them.
package netnamespace
