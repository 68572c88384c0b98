// Package static plans the build of sites of files that need no build, and writes the stages of Dockerfiles that serve files with nginx.
package static
