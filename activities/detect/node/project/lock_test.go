package project_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func lockedApp(locked detecttest.Lockfile, left, others string) map[string]string {
	return map[string]string{
		locked.Name: locked.Text,
		"package.json": `{"name":"app","scripts":{"start":"node a.js"},"dependencies":{` + left + `},
			"devDependencies":{"right-pad":"~2.0.0"` + others + `}}`,
	}
}

func TestLockfile_InStep_IsTaken(t *testing.T) {
	t.Parallel()

	for name, locked := range detecttest.Lockfiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, lockedApp(locked, `"left-pad":"^1.1.0"`, ""), buildplan.Settings{})
			// A dependency of right-pad shows that the whole graph was read.
			require.Contains(t, plan.Dockerfile, "python3 make g++")
		})
	}
}

func TestLockfile_OutOfStep_NamesTheDependencyAndTheCommand(t *testing.T) {
	t.Parallel()

	for name, locked := range detecttest.Lockfiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			advice := "Run " + locked.Install + " and commit " + locked.Name + "."

			detectors.RequireError(t, lockedApp(locked, `"left-pad":"^1.1.0","is-even":"1.0.0"`, ""), buildplan.Settings{}, locked.Name+" is out of step with package.json", `it has no "is-even"`, advice)
			detectors.RequireError(t, lockedApp(locked, `"left-pad":"^2.0.0"`, ""), buildplan.Settings{}, "left-pad", "^2.0.0", advice)

			if locked.Strict {
				detectors.RequireError(t, lockedApp(locked, ``, ""), buildplan.Settings{}, `it still has "left-pad", which package.json does not ask for`, advice)
				detectors.RequireError(t, lockedApp(locked, `"left-pad":"^1.0.0"`, ""), buildplan.Settings{}, `it has "left-pad" at`, `package.json asks for "^1.0.0"`, advice)
			} else {
				detectors.RequirePlan(t, lockedApp(locked, ``, ""), buildplan.Settings{})
				detectors.RequirePlan(t, lockedApp(locked, `"left-pad":"^1.0.0"`, ""), buildplan.Settings{})
			}
		})
	}
}

func TestLockfile_WhatOnlyTheManagerCanJudge_IsLeftToIt(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		locked       detecttest.Lockfile
		left, others string
	}{
		"npm, a tag":              {detecttest.Lockfiles["npm"], `"left-pad":"latest"`, ""},
		"npm, overrides":          {detecttest.Lockfiles["npm"], `"left-pad":"^2.0.0"`, `},"overrides":{"left-pad":"1.3.0"`},
		"npm, not on this system": {detecttest.Lockfiles["npm"], ``, `},"optionalDependencies":{"fsevents":"^1.0.0"`},
		"pnpm, overrides":         {detecttest.Lockfiles["pnpm 10"], `"left-pad":"^2.0.0"`, `},"pnpm":{"overrides":{"left-pad@^2":"1.3.0"}`},
		"pnpm, catalog":           {detecttest.Lockfiles["pnpm 10"], `"left-pad":"catalog:"`, ""},
		"yarn 1, resolutions":     {detecttest.Lockfiles["yarn 1"], `"left-pad":"^2.0.0"`, `},"resolutions":{"**/left-pad":"1.3.0"`},
		"yarn 1, a directory":     {detecttest.Lockfiles["yarn 1"], `"here":"file:./here"`, ""},
		"yarn 4, a patch":         {detecttest.Lockfiles["yarn 4"], `"left-pad":"patch:left-pad@npm%3A1.3.0#~/.yarn/patches/left-pad.patch"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detectors.RequirePlan(t, lockedApp(test.locked, test.left, test.others), buildplan.Settings{})
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
			settings := buildplan.Settings{RootDirectory: "apps/web"}

			plan := detectors.RequirePlan(t, files, settings)
			require.Equal(t, ".", plan.Context)
			require.Contains(t, plan.Dockerfile, "COPY --parents package.json "+test.file+" apps/web/package.json packages/ui/package.json ./\n")

			files["apps/web/package.json"] = strings.Replace(app, "left-pad", "right-pad", 1)
			detectors.RequireError(t, files, settings, test.file+" is out of step with apps/web/package.json", `it has no "right-pad"`)
		})
	}
}
