package project

import (
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
)

// compilers are the packages that others compile themselves with when they are installed.
var compilers = []string{
	"node-gyp", "node-addon-api", "bindings", "nan", "prebuild-install", "node-pre-gyp", "@mapbox/node-pre-gyp", "cmake-js",
}

// precompiled are packages that depend on a compiler and do not need it here: they bring binaries, or are themselves tools.
var precompiled = []string{"@parcel/watcher", "fsevents", "npm", "@npmcli/run-script", "node-gyp", "pnpm"}

// compiles tells whether a dependency may compile itself. Those that depend on node-gyp-build bring binaries for Linux.
func (p *Project) compiles() bool {
	for name, dependencies := range p.lock.Graph {
		if !lo.Contains(precompiled, name) && lo.Some(dependencies, compilers) && !lo.Contains(dependencies, "node-gyp-build") {
			return true
		}
	}

	return lo.SomeBy(p.packages(), func(known packagejson.Package) bool { return lo.SomeBy(compilers, known.Manifest.Depends) })
}

// usesPrisma tells whether a package uses Prisma. Its engines need OpenSSL's library, and its client is generated.
func (p *Project) usesPrisma() bool {
	return lo.SomeBy(p.packages(), func(known packagejson.Package) bool {
		return known.Manifest.Depends("@prisma/client") || known.Manifest.Depends("prisma")
	})
}
