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

func TestLockfile_OutOfStep_IsTheManagersToJudge_ButForYarn1ThatDoesNotSayWhy(t *testing.T) {
	t.Parallel()

	for name, locked := range detecttest.Lockfiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			files := lockedApp(locked, `"left-pad":"^1.1.0","is-even":"1.0.0"`, "")
			if name == "yarn 1" {
				detectors.RequireError(t, files, buildplan.Settings{}, "yarn.lock is out of step with package.json: it has no is-even@1.0.0. Run yarn install and commit yarn.lock.")

				files = lockedApp(locked, `"left-pad":"^2.0.0","here":"file:./here"`, `},"resolutions":{"**/left-pad":"1.3.0"`)
			}

			plan := detectors.RequirePlan(t, files, buildplan.Settings{})
			require.Regexp(t, `npm ci|--frozen-lockfile|--immutable`, plan.Dockerfile)
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

			if name == "npm" || name == "yarn 1" {
				detectors.RequireError(t, files, settings, `depends on @acme/ui by "workspace:*", which `)

				files["apps/web/package.json"] = strings.Replace(app, "workspace:*", "*", 1)
			}

			plan := detectors.RequirePlan(t, files, settings)
			require.Equal(t, ".", plan.Context)
			require.Contains(t, plan.Dockerfile, "COPY --parents package.json "+test.file+" apps/web/package.json packages/ui/package.json ./\n")

			// No manager lists what is there only by its name, and Yarn 1 does not look at what packages of a workspace ask for.
			files["apps/web/package.json"] = strings.Replace(app, "workspace:*", "*", 1)
			detectors.RequirePlan(t, files, settings)
		})
	}
}
