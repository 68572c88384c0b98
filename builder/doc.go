// Package builder runs buildkitd and fences the builds in it, which run anyone's code: a build reaches the internet and its
// nameservers, and neither the machine, its networks nor another build.
package builder
