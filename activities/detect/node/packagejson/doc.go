// Package packagejson reads package.json files and finds the workspace that a package is part of.
package packagejson
