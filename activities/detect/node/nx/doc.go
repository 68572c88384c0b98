// Package nx reads the apps of an Nx workspace that have no build script of their own: Nx knows from their project.json, or from the configuration of their
// framework, how they are built.
package nx
