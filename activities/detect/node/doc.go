// Package node plans the build of apps with a package.json: Next.js, Nuxt, sites that a bundler builds, and any server that a start script starts.
package node
