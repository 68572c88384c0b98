// Package app is the app that the conformance checks run in their VMs: the zeitwork binary itself, alone in an image.
//
// It answers over HTTP what it sees of its VM, and does what it is asked to: dial, compute, fork, fill the disk, log, hang, crash.
package app
