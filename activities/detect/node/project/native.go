package project

import (
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
)

// compilers are the packages with which others compile themselves when they are installed.
var compilers = []string{
	"node-gyp", "node-addon-api", "bindings", "nan", "prebuild-install", "node-pre-gyp", "@mapbox/node-pre-gyp", "cmake-js",
}

// compiled are packages that have a compiler among their dependencies and do not need it here: they bring what they need, or run tools.
var compiled = []string{"@parcel/watcher", "fsevents", "npm", "@npmcli/run-script", "node-gyp", "pnpm"}

// compiles tells whether a package that is installed may need a compiler. Those with node-gyp-build bring binaries for Linux.
func (p *Project) compiles() bool {
	for name, dependencies := range p.lock.Graph {
		if !lo.Contains(compiled, name) && lo.Some(dependencies, compilers) && !lo.Contains(dependencies, "node-gyp-build") {
			return true
		}
	}

	return lo.SomeBy(p.packages(), func(known packagejson.Package) bool { return lo.SomeBy(compilers, known.Manifest.Depends) })
}

// usesPrisma tells whether the app needs OpenSSL's library, which Prisma's engines load.
func (p *Project) usesPrisma() bool {
	return lo.SomeBy(p.packages(), func(known packagejson.Package) bool {
		return known.Manifest.Depends("@prisma/client") || known.Manifest.Depends("prisma")
	})
}
