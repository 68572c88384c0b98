// Package examples holds applications that show how the platform is used; the local cluster deploys one of them.
package examples

import "embed"

// NodeDockerfile is a Node server with a Dockerfile, in the folder node-dockerfile.
//
//go:embed all:node-dockerfile
var NodeDockerfile embed.FS
