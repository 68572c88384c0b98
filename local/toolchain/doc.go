// Package toolchain builds the daemons and generators that are pinned by the modules under tools/, once for each set of
// pins, into a cache directory.
package toolchain
