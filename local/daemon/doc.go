// Package daemon runs parts of the platform as child processes under one data directory: Postgres, the registry, containerd, and the
// services of Zeitwork itself. Package builder has buildkitd.
//
// Each part is a struct of options. Its Start writes the configuration, ends what an earlier run left behind, starts the process and
// returns when the process answers; the context bounds the starting, not the process. No child outlives the process that started it,
// however that ends. Customers' containers do, because they are children of their shims.
package daemon
