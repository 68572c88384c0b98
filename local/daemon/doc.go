// Package daemon runs the parts of the platform as child processes under one data directory: Postgres, the registry,
// containerd, buildkitd, and the services of Zeitwork itself.
//
// Each part is a struct of options whose Start writes the configuration, ends what an earlier run left behind, starts
// the process and returns when it answers; its context bounds the starting, not the process. No child outlives the process
// that started it, however that ends; customers' containers do, because they are children of their shims.
package daemon
