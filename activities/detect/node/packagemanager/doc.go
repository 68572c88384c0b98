// Package packagemanager knows npm, pnpm, Yarn and bun: which of them a source uses, and the commands that a build gives it.
package packagemanager
