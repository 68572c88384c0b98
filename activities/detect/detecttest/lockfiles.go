package detecttest

import "github.com/zeitwork/zeitwork/activities/detect/lockfile"

// EmptyYarn1 and EmptyYarn4 are lockfiles of a package without dependencies.
const (
	EmptyYarn1 = "# yarn lockfile v1\n\n"
	EmptyYarn4 = "__metadata:\n  version: 8\n\n\"app@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"app@workspace:.\"\n"
)

// Lockfile is a lockfile for dependencies on left-pad ^1.1.0 and, for development, on right-pad ~2.0.0, of version 1.3.0 and 2.0.1.
type Lockfile struct {
	Name, Text string
	// Install is the command that makes it.
	Install string
	// Strict managers refuse a lockfile that was made for other ranges or has more than is asked for.
	Strict bool
}

// Lockfiles are one of each manager and format, by the manager's name and major version.
var Lockfiles = map[string]Lockfile{
	"npm": {lockfile.PackageLockName, `{"lockfileVersion":3,"packages":{
		"":{"dependencies":{"left-pad":"^1.1.0"},"devDependencies":{"right-pad":"~2.0.0"}},
		"node_modules/left-pad":{"version":"1.3.0"},"node_modules/right-pad":{"version":"2.0.1","dependencies":{"node-gyp":"*"}}}}`, "npm install", false},
	"npm 6": {lockfile.PackageLockName, `{"lockfileVersion":1,"dependencies":{
		"left-pad":{"version":"1.3.0"},"right-pad":{"version":"2.0.1","requires":{"node-gyp":"*"}}}}`, "npm install", false},
	"pnpm 7": {"pnpm-lock.yaml", `lockfileVersion: 5.4
specifiers:
  left-pad: ^1.1.0
  right-pad: ~2.0.0
dependencies:
  left-pad: 1.3.0
devDependencies:
  right-pad: 2.0.1
packages:
  /left-pad/1.3.0:
    resolution: {integrity: sha512-x}
  /right-pad/2.0.1:
    dependencies:
      node-gyp: 1.0.0
`, "pnpm install", true},
	"pnpm 8": {"pnpm-lock.yaml", `lockfileVersion: '6.0'
dependencies:
  left-pad:
    specifier: ^1.1.0
    version: 1.3.0
devDependencies:
  right-pad:
    specifier: ~2.0.0
    version: 2.0.1
packages:
  /right-pad@2.0.1:
    dependencies:
      node-gyp: 1.0.0
`, "pnpm install", true},
	"pnpm 10": {"pnpm-lock.yaml", `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      left-pad:
        specifier: ^1.1.0
        version: 1.3.0(right-pad@2.0.1)
    devDependencies:
      right-pad:
        specifier: ~2.0.0
        version: 2.0.1
packages:
  right-pad@2.0.1: {}
snapshots:
  right-pad@2.0.1:
    dependencies:
      node-gyp: 1.0.0
`, "pnpm install", true},
	"pnpm 12": {"pnpm-lock.yaml", `lockfileVersion: '9.0'
importers:
  .:
    packageManagerDependencies:
      pnpm:
        specifier: 12.0.0
        version: 12.0.0
---
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      left-pad:
        specifier: ^1.1.0
        version: 1.3.0
    devDependencies:
      right-pad:
        specifier: ~2.0.0
        version: 2.0.1
snapshots:
  right-pad@2.0.1:
    dependencies:
      node-gyp: 1.0.0
`, "pnpm install", true},
	"yarn 1": {"yarn.lock", `# yarn lockfile v1


left-pad@^1.0.0, left-pad@^1.1.0:
  version "1.3.0"

"right-pad@~2.0.0":
  version "2.0.1"
  dependencies:
    node-gyp "*"
`, "yarn install", false},
	"yarn 4": {"yarn.lock", `
__metadata:
  version: 8

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    left-pad: "npm:^1.1.0"
    right-pad: "npm:~2.0.0"
  languageName: unknown

"left-pad@npm:^1.0.0, left-pad@npm:^1.1.0":
  version: 1.3.0
  resolution: "left-pad@npm:1.3.0"

"right-pad@npm:~2.0.0":
  version: 2.0.1
  resolution: "right-pad@npm:2.0.1"
  dependencies:
    node-gyp: "npm:*"
`, "yarn install", true},
	"bun": {"bun.lock", `{
  "lockfileVersion": 1,
  "workspaces": {
    "": {"name": "app", "dependencies": {"left-pad": "^1.1.0",}, "devDependencies": {"right-pad": "~2.0.0",},},
  },
  "packages": {
    "left-pad": ["left-pad@1.3.0", "", {}, "sha512-x"],
    "right-pad": ["right-pad@2.0.1", "", {"dependencies": {"node-gyp": "*"}}, "sha512-x"],
  },
}`, "bun install", true},
}
