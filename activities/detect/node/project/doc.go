// Package project knows all about an app with a package.json that does not depend on its framework: its workspace, its package manager, its version of Node,
// and the beginning of its Dockerfile. Apps of other languages use it for their assets.
package project
