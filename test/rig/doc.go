// Package rig is what the tests and benchmarks of a whole platform share: a platform in a scratch folder, a repository to
// deploy from, requests through the edges, statistics.
package rig
