// Package daemon runs the parts that Zeitwork does not write itself as child processes under one data directory:
// Postgres, the registry, containerd and buildkitd.
//
// Each part is a struct of options whose Start writes the configuration, ends what an earlier run left behind, starts
// the process and returns when it answers. No child outlives the process that started it, however that ends; customers'
// containers do, because they are children of their shims.
package daemon
