package nx_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
	"github.com/zeitwork/zeitwork/activities/detect/node"
)

var detectors = detecttest.Detectors{node.DetectNuxt, node.DetectNextJS, node.DetectSite, node.DetectServer}

func TestNx_AppWithoutABuildScript_IsBuiltByNxAtTheTopOfItsWorkspace(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files     map[string]string
		framework string
		lines     []string
	}{
		"a server": {
			map[string]string{"apps/api/project.json": `{"name":"api","projectType":"application","targets":{"build":{"executor":"@nx/esbuild:esbuild",
				"options":{"outputPath":"dist/apps/api","main":"apps/api/src/main.ts"}},"serve":{"executor":"@nx/js:node"}}}`},
			buildplan.FrameworkNode,
			[]string{"npx nx run api:build && ", "WORKDIR /app/apps/api\n", `CMD ["node", "../../dist/apps/api/main.js"]`},
		},
		"a server by webpack, with comments": {
			map[string]string{"apps/api/project.json": `{"name":"api", /* built */ "targets":{"build":{"executor":"@nx/webpack:webpack","options":{"target":"node","outputPath":"dist/apps/api"}}}}`},
			buildplan.FrameworkNode, []string{"npx nx run api:build && ", `CMD ["node", "../../dist/apps/api/main.js"]`},
		},
		"a server in a package": {
			map[string]string{"apps/api/package.json": `{"name":"@acme/api","nx":{"name":"api","targets":{"build":{"executor":"@nx/js:tsc","options":{"outputPath":"{projectRoot}/dist","main":"{projectRoot}/src/main.ts"}}}}}`},
			buildplan.FrameworkNode, []string{"npx nx run api:build && ", `CMD ["node", "dist/src/main.js"]`},
		},
		"a site by Vite": {
			map[string]string{"apps/api/project.json": `{"name":"web","targets":{"build":{"executor":"@nx/vite:build","options":{"outputPath":"dist/apps/web"}}}}`, "apps/api/vite.config.ts": "export default {}"},
			buildplan.FrameworkStatic, []string{"npx nx run web:build && ", " mv ../../dist/apps/web /output/site\n"},
		},
		"a site by Vite, whose target Nx infers": {
			map[string]string{"apps/api/project.json": `{"name":"web"}`, "apps/api/vite.config.ts": "export default { root: __dirname, build: { outDir: '../../dist/apps/web' } }"},
			buildplan.FrameworkStatic, []string{"npx nx run web:build && ", " mv ../../dist/apps/web /output/site\n"},
		},
		"a site by Angular": {
			map[string]string{"apps/api/project.json": `{"name":"shop","targets":{"build":{"executor":"@angular/build:application","options":{"outputPath":"dist/apps/shop"}}}}`},
			buildplan.FrameworkStatic, []string{"npx nx run shop:build && ", "-name index.html -newer /tmp/before"},
		},
		"Next.js": {
			map[string]string{"apps/api/project.json": `{"name":"web"}`, "apps/api/next.config.js": "const { composePlugins, withNx } = require('@nx/next'); module.exports = composePlugins(withNx)({ nx: {} })"},
			buildplan.FrameworkNextJS, []string{"npx nx run web:build && ", `CMD ["node", "apps/api/server.js"]`},
		},
		"Next.js into another directory": {
			map[string]string{"apps/api/project.json": `{"name":"web","targets":{"build":{"executor":"@nx/next:build","options":{"outputPath":"dist/apps/web"}}}}`, "apps/api/next.config.js": ""},
			buildplan.FrameworkNode, []string{`CMD ["node", "../../node_modules/next/dist/bin/next", "start", "../../dist/apps/web"]`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, detecttest.With(map[string]string{
				"package.json": `{"name":"acme","private":true,"dependencies":{"next":"16.4.5","@angular/core":"22.0.0"},"devDependencies":{"nx":"22.0.0","vite":"8.0.0","webpack":"5.0.0"}}`,
				"nx.json":      `{}`,
			}, test.files), buildplan.Settings{RootDirectory: "apps/api"})
			require.Equal(t, test.framework, plan.Framework)
			require.Equal(t, ".", plan.Context)

			for _, line := range test.lines {
				require.Contains(t, plan.Dockerfile, line)
			}
		})
	}
}

func TestNx_LibraryOrUnknownProject_IsLeftToOthers(t *testing.T) {
	t.Parallel()

	for _, project := range []string{`{"name":"ui","projectType":"library","targets":{"build":{"executor":"@nx/js:tsc","options":{"outputPath":"dist/ui"}}}}`, `{"name":"ui"}`} {
		detectors.RequireNotTaken(t, map[string]string{
			"package.json": `{"devDependencies":{"nx":"22.0.0"}}`, "nx.json": "{}", "libs/ui/project.json": project,
		}, buildplan.Settings{RootDirectory: "libs/ui"})
	}
}
