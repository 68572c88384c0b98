// Package builder runs buildkitd and fences it and the builds in it, which run anyone's code: they reach the internet and their nameservers, buildkitd
// the platform's registry too, and neither the machine, its networks nor another build.
package builder
