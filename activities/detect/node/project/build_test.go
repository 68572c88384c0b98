package project_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

func TestTurborepo_IsCalledAsItsVersionAndItsWorkspaceAllow(t *testing.T) {
	t.Parallel()

	for top, command := range map[string]string{
		`"packageManager":"npm@11.0.0","devDependencies":{"turbo":"^2.5.0"}`:  " TURBO_TELEMETRY_DISABLED=1 npx turbo run build --env-mode=loose --filter=api",
		`"devDependencies":{"turbo":"^2.5.0"}`:                                ` npm pkg set --prefix /app "packageManager=npm@$(npm --version)" && TURBO_TELEMETRY_DISABLED=1 npx turbo run build --env-mode=loose --filter=api`,
		`"packageManager":"npm@11.0.0","devDependencies":{"turbo":"~1.8.3"}`:  " TURBO_TELEMETRY_DISABLED=1 npx turbo run build --filter=api",
		`"packageManager":"npm@11.0.0","devDependencies":{"turbo":"^1.10.0"}`: "npx turbo run build --env-mode=loose --filter=api",
		`"packageManager":"npm@11.0.0","devDependencies":{"turbo":"latest"}`:  "npx turbo run build --env-mode=loose --filter=api",
	} {
		plan := detectors.RequirePlan(t, map[string]string{
			"package.json": `{"name":"top","workspaces":["apps/*"],` + top + `}`, "turbo.json": "{}",
			"apps/api/package.json": `{"name":"api","scripts":{"build":"tsc","start":"node a.js"}}`,
		}, buildplan.Settings{RootDirectory: "apps/api"})
		require.Contains(t, plan.Dockerfile, command, top)
	}
}

func TestInstall_OfAnAppThatIsBuilt_BringsWhatTheBuildNeeds(t *testing.T) {
	t.Parallel()

	for npmrc, command := range map[string]string{
		"omit=dev\n": "npm ci --no-audit --no-fund --include=dev\n", "production = true\n": "npm ci --no-audit --no-fund --include=dev\n", "save-exact=true\n": "npm ci --no-audit --no-fund\n",
	} {
		plan := detectors.RequirePlan(t, map[string]string{
			"package.json": `{"name":"api","scripts":{"build":"tsc","start":"node a.js"},"devDependencies":{"typescript":"*"}}`, ".npmrc": npmrc,
			"package-lock.json": `{"lockfileVersion":3,"packages":{"":{"devDependencies":{"typescript":"*"}},"node_modules/typescript":{"version":"5.0.0","dev":true}}}`,
		}, buildplan.Settings{})
		require.Contains(t, plan.Dockerfile, command)
	}
}
