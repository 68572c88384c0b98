package project_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestWorkspace_LockfileOfTheAppsOwn(t *testing.T) {
	t.Parallel()

	const (
		app  = `{"name":"api","scripts":{"start":"node a.js"},"dependencies":{"left-pad":"^1.1.0"}}`
		lock = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      left-pad: {specifier: ^1.1.0, version: 1.3.0}\n"
	)

	perPackage := map[string]string{
		"package.json": `{"packageManager":"pnpm@10.4.1"}`, "pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .: {}\n", "apps/api/pnpm-lock.yaml": lock,
		"apps/api/package.json": app, "pnpm-workspace.yaml": "packages: ['apps/*']\n",
	}

	for name, test := range map[string]struct {
		files   map[string]string
		context string
		copied  string
		reason  string
	}{
		"pnpm with one a package, by its settings": {
			detecttest.With(perPackage, map[string]string{"pnpm-workspace.yaml": "packages: ['apps/*']\nsharedWorkspaceLockfile: false\n"}), ".",
			"package.json apps/api/pnpm-lock.yaml apps/api/package.json pnpm-workspace.yaml pnpm-lock.yaml ./", "pnpm 10.4.1: packageManager in package.json.",
		},
		"pnpm with one a package, by .npmrc": {
			detecttest.With(perPackage, map[string]string{".npmrc": "shared-workspace-lockfile=false\n"}), ".",
			"apps/api/pnpm-lock.yaml apps/api/package.json .npmrc pnpm-workspace.yaml pnpm-lock.yaml ./", "pnpm 10.4.1",
		},
		"beside that of the workspace": {
			map[string]string{"package.json": `{"workspaces":["apps/*"]}`, "yarn.lock": detecttest.EmptyYarn1, "apps/api/package.json": app, "apps/api/package-lock.json": "{}"}, ".",
			"package.json yarn.lock apps/api/package.json ./", "apps/api/package-lock.json is not used, as the workspace has yarn.lock.",
		},
		"in a workspace without one": {
			map[string]string{"package.json": `{"packageManager":"pnpm@9.1.0","workspaces":["apps/*"]}`, "apps/api/package.json": app, "apps/api/pnpm-lock.yaml": lock}, "",
			"package.json pnpm-lock.yaml ./", "pnpm 9.1.0: packageManager",
		},
		"of another manager than the workspace names": {
			map[string]string{"package.json": `{"packageManager":"pnpm@9.1.0","workspaces":["apps/*"]}`, "apps/api/package.json": app, "apps/api/package-lock.json": "{}"}, "",
			"package.json package-lock.json ./", "npm: package-lock.json.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, test.files, buildplan.Settings{RootDirectory: "apps/api"})
			require.Equal(t, test.context, plan.Context)
			require.Contains(t, plan.Dockerfile, test.copied+"\n")
			require.Contains(t, plan.Reason, test.reason)
		})
	}
}
