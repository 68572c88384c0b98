package detect

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// lockCase is a lockfile for dependencies on left-pad ^1.1.0 and, for development, on right-pad ~2.0.0, of version 1.3.0 and 2.0.1.
type lockCase struct {
	name, text, install string
	// strict managers refuse a lockfile that was made for other ranges or has more than is asked for.
	strict bool
}

var lockCases = map[string]lockCase{
	"npm": {"package-lock.json", `{"lockfileVersion":3,"packages":{
		"":{"dependencies":{"left-pad":"^1.1.0"},"devDependencies":{"right-pad":"~2.0.0"}},
		"node_modules/left-pad":{"version":"1.3.0"},"node_modules/right-pad":{"version":"2.0.1","dependencies":{"node-gyp":"*"}}}}`, "npm install", false},
	"npm 6": {"package-lock.json", `{"lockfileVersion":1,"dependencies":{
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

func lockedApp(locked lockCase, left, others string) map[string]string {
	return map[string]string{
		locked.name: locked.text,
		"package.json": `{"name":"app","scripts":{"start":"node a.js"},"dependencies":{` + left + `},
			"devDependencies":{"right-pad":"~2.0.0"` + others + `}}`,
	}
}

func TestLockfile_InStep_IsTaken(t *testing.T) {
	t.Parallel()

	for name, locked := range lockCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectTree(t, lockedApp(locked, `"left-pad":"^1.1.0"`, ""), Settings{})
			// A dependency of right-pad shows that the whole graph was read.
			require.Contains(t, plan.Dockerfile, "python3 make g++")

			read, err := parseNodeLock(locked.name, []byte(locked.text))
			require.NoError(t, err)
			require.Equal(t, "1.3.0", read.versionOf(".", "left-pad", "^1.1.0"))
			require.Equal(t, []string{"node-gyp"}, read.Graph["right-pad"])
		})
	}
}

func TestLockfile_OutOfStep_NamesTheDependencyAndTheCommand(t *testing.T) {
	t.Parallel()

	for name, locked := range lockCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			advice := "Run " + locked.install + " and commit " + locked.name + "."

			detectError(t, lockedApp(locked, `"left-pad":"^1.1.0","is-even":"1.0.0"`, ""), Settings{}, locked.name+" is out of step with package.json", `it has no "is-even"`, advice)
			detectError(t, lockedApp(locked, `"left-pad":"^2.0.0"`, ""), Settings{}, "left-pad", "^2.0.0", advice)

			if locked.strict {
				detectError(t, lockedApp(locked, ``, ""), Settings{}, `it still has "left-pad", which package.json does not ask for`, advice)
				detectError(t, lockedApp(locked, `"left-pad":"^1.0.0"`, ""), Settings{}, `it has "left-pad" at`, `package.json asks for "^1.0.0"`, advice)
			} else {
				detectTree(t, lockedApp(locked, ``, ""), Settings{})
				detectTree(t, lockedApp(locked, `"left-pad":"^1.0.0"`, ""), Settings{})
			}
		})
	}
}

func TestLockfile_WhatOnlyTheManagerCanJudge_IsLeftToIt(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		locked       lockCase
		left, others string
	}{
		"npm, a tag":              {lockCases["npm"], `"left-pad":"latest"`, ""},
		"npm, overrides":          {lockCases["npm"], `"left-pad":"^2.0.0"`, `},"overrides":{"left-pad":"1.3.0"`},
		"npm, not on this system": {lockCases["npm"], ``, `},"optionalDependencies":{"fsevents":"^1.0.0"`},
		"pnpm, overrides":         {lockCases["pnpm 10"], `"left-pad":"^2.0.0"`, `},"pnpm":{"overrides":{"left-pad@^2":"1.3.0"}`},
		"pnpm, catalog":           {lockCases["pnpm 10"], `"left-pad":"catalog:"`, ""},
		"yarn 1, resolutions":     {lockCases["yarn 1"], `"left-pad":"^2.0.0"`, `},"resolutions":{"**/left-pad":"1.3.0"`},
		"yarn 1, a directory":     {lockCases["yarn 1"], `"here":"file:./here"`, ""},
		"yarn 4, a patch":         {lockCases["yarn 4"], `"left-pad":"patch:left-pad@npm%3A1.3.0#~/.yarn/patches/left-pad.patch"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detectTree(t, lockedApp(test.locked, test.left, test.others), Settings{})
		})
	}
}

func TestLockfile_OfAWorkspace_CoversItsPackages(t *testing.T) {
	t.Parallel()

	const app = `{"name":"web","scripts":{"start":"node a.js"},"dependencies":{"left-pad":"^1.1.0","@acme/ui":"workspace:*"}}`

	for name, test := range map[string]struct{ file, text string }{
		"pnpm": {"pnpm-lock.yaml", "lockfileVersion: '9.0'\nimporters:\n  .: {}\n  apps/web:\n    dependencies:\n      '@acme/ui':\n        specifier: workspace:*\n" +
			"        version: link:../../packages/ui\n      left-pad:\n        specifier: ^1.1.0\n        version: 1.3.0\n  packages/ui: {}\n"},
		"npm": {"package-lock.json", `{"lockfileVersion":3,"packages":{"":{},"apps/web":{"dependencies":{"left-pad":"^1.1.0"}},"node_modules/@acme/ui":{"link":true},
			"apps/web/node_modules/left-pad":{"version":"1.3.0"}}}`},
		"bun": {"bun.lock", `{"workspaces":{"":{},"apps/web":{"dependencies":{"left-pad":"^1.1.0","@acme/ui":"workspace:*"}},"packages/ui":{}}}`},
		"yarn 4": {"yarn.lock", "\n__metadata:\n  version: 8\n\n\"top@workspace:.\":\n  resolution: \"top@workspace:.\"\n\n\"web@workspace:apps/web\":\n" +
			"  resolution: \"web@workspace:apps/web\"\n  dependencies:\n    \"@acme/ui\": \"workspace:*\"\n    left-pad: \"npm:^1.1.0\"\n\n" +
			"\"@acme/ui@workspace:*, @acme/ui@workspace:packages/ui\":\n  resolution: \"@acme/ui@workspace:packages/ui\"\n"},
		"yarn 1": {"yarn.lock", "# yarn lockfile v1\n\nleft-pad@^1.1.0:\n  version \"1.3.0\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			files := map[string]string{
				"package.json": `{"name":"top","workspaces":["apps/*","packages/*"]}`, "apps/web/package.json": app,
				"packages/ui/package.json": `{"name":"@acme/ui"}`, test.file: test.text,
			}
			settings := Settings{RootDirectory: "apps/web"}

			plan := detectTree(t, files, settings)
			require.Equal(t, ".", plan.Context)
			require.Contains(t, plan.Dockerfile, "COPY --parents package.json "+test.file+" apps/web/package.json packages/ui/package.json ./\n")

			files["apps/web/package.json"] = strings.Replace(app, "left-pad", "right-pad", 1)
			detectError(t, files, settings, test.file+" is out of step with apps/web/package.json", `it has no "right-pad"`)
		})
	}
}
