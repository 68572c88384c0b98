// Package dockerfile plans the build of sources that bring a Dockerfile, and checks that Dockerfile before a build begins.
package dockerfile
