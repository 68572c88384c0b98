package node

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestNextJS_IsBuiltToAServerOfItsOwn(t *testing.T) {
	t.Parallel()

	plan := detectors.RequirePlan(t, detecttest.NextApp, buildplan.Settings{
		Variables: []string{"DATABASE_URL", "NEXT_PUBLIC_URL", "VITE_URL", "SENTRY_AUTH_TOKEN"}, BuildVariables: []string{"SENTRY_AUTH_TOKEN", "NEXT_PUBLIC_URL"},
	})
	detecttest.RequireGolden(t, "nextjs.Dockerfile", plan.Dockerfile)

	plan.Dockerfile, plan.Missing = "", nil
	require.Equal(t, buildplan.Plan{
		Framework: buildplan.FrameworkNextJS,
		Reason: "package.json depends on next 16.4.5. It is built to a server of its own (standalone). Node 24: the default. " +
			"npm: package-lock.json.",
		Versions: map[string]string{"nextjs": "16.4.5", "node": "24"}, Port: buildplan.DefaultPort, Dockerignore: nodeDockerignore,
		Arguments: []string{"NEXT_PUBLIC_URL"}, Secrets: []string{"SENTRY_AUTH_TOKEN"},
	}, plan)
}

func TestNextJS_ConfigurationAndScriptsDecideWhatIsServed(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files map[string]string
		lines []string
	}{
		"another output directory": {
			map[string]string{"next.config.mjs": "export default { distDir: 'build' }"},
			[]string{"target=/app/build/cache", " mv build/standalone /output/app ", " cp -R build/static /output/app/build/ "},
		},
		"static export": {
			map[string]string{"next.config.ts": "const c = { output: 'export' }\nexport default c"},
			[]string{" mv out /output/site\n", "nginx"},
		},
		"static export into another directory": {
			map[string]string{"next.config.js": "module.exports = { output: \"export\", distDir: 'site' }"},
			[]string{" mv site /output/site\n", "target=/app/.next/cache"},
		},
		"static export by the build script": {
			map[string]string{"package.json": `{"scripts":{"build":"next build && next export"},"dependencies":{"next":"^16.4.0"}}`},
			[]string{" mv out /output/site\n"},
		},
		"export in a comment": {
			map[string]string{"next.config.ts": "// output: 'export'\n/* output: 'export' */ export default { assetPrefix: 'https://a.example' }"},
			[]string{"NEXT_PRIVATE_STANDALONE=true", `CMD ["node", "server.js"]`},
		},
		"static export in production": {
			map[string]string{"next.config.mjs": "const isProd = process.env.NODE_ENV === 'production'\nexport default { output: isProd ? 'export' : undefined }"},
			[]string{" mv out /output/site\n", "nginx"},
		},
		"static export below a path that a variable names": {
			map[string]string{"next.config.mjs": "import { base } from 'settings'\nexport default { output: 'export', basePath: base }"},
			[]string{" mv out /output/site\n", `ln -s /srv/www "/output/site$base"`},
		},
		"export of a plugin": {
			map[string]string{"next.config.js": "module.exports = require('p')({ output: 'x' })({ env: { output: 'export', distDir: 'x' } })"},
			[]string{"NEXT_PRIVATE_STANDALONE=true", " mv .next/standalone /output/app "},
		},
		"files from above the app": {
			map[string]string{"next.config.mjs": "import path from 'node:path'\nexport default { output: 'standalone', outputFileTracingRoot: path.join(import.meta.dirname, '../') }"},
			[]string{"relativeAppDir", `CMD ["node", "server.js"]`},
		},
		"a start script for development": {
			map[string]string{"package.json": `{"scripts":{"build":"next build","start":"npm run dev","dev":"next dev"},"dependencies":{"next":"^16.4.0"}}`},
			[]string{"NEXT_PRIVATE_STANDALONE=true", `CMD ["node", "server.js"]`},
		},
		"something before the server": {
			map[string]string{"package.json": `{"scripts":{"build":"next build","prestart":"node migrate.js","start":"next start"},"dependencies":{"next":"^16.4.0"}}`},
			[]string{`CMD ["npm", "start"]`},
		},
		"something beside the server": {
			map[string]string{"package.json": `{"scripts":{"build":"next build","start":"node worker.js & next start"},"dependencies":{"next":"^16.4.0"}}`},
			[]string{`CMD ["npm", "start"]`},
		},
		"a variable of the server": {
			map[string]string{"package.json": `{"scripts":{"build":"next build","start":"NODE_OPTIONS=--max-http-header-size=65536 next start"},"dependencies":{"next":"^16.4.0"}}`},
			[]string{`CMD ["npm", "start"]`},
		},
		"the standalone server by the app's own script": {
			map[string]string{"package.json": `{"scripts":{"build":"next build","start":"node .next/standalone/server.js"},"dependencies":{"next":"^16.4.0"}}`},
			[]string{"NEXT_PRIVATE_STANDALONE=true", `CMD ["node", "server.js"]`},
		},
		"a Procfile": {map[string]string{"Procfile": "web: next start -p $PORT\n"}, []string{"NEXT_PRIVATE_STANDALONE=true"}},
		"no scripts": {
			map[string]string{"package.json": `{"dependencies":{"next":"^16.4.0"}}`},
			[]string{" npx next build && ", `CMD ["node", "server.js"]`},
		},
		"a port in the start script": {
			map[string]string{"package.json": `{"scripts":{"build":"next build","start":"NODE_ENV=production next start -p 3000"},"dependencies":{"next":"^16.4.0"}}`},
			[]string{`CMD ["node", "server.js"]`},
		},
		"a server of the app's own": {
			map[string]string{"package.json": `{"scripts":{"build":"next build","start":"node server.mjs"},"dependencies":{"next":"^16.4.0"}}`},
			[]string{`CMD ["node", "server.mjs"]`},
		},
		"a version without standalone output": {
			map[string]string{
				"package.json":      `{"scripts":{"build":"next build","start":"next start"},"dependencies":{"next":"^12.0.0"}}`,
				"package-lock.json": detecttest.NPMLock(map[string]string{"next": "12.0.4"}),
			},
			[]string{`CMD ["npm", "start"]`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, detecttest.With(detecttest.NextApp, test.files), buildplan.Settings{})
			require.Equal(t, buildplan.FrameworkNextJS, plan.Framework)

			for _, line := range test.lines {
				require.Contains(t, plan.Dockerfile, line)
			}
		})
	}
}

func TestNextJS_InAWorkspace_IsBuiltFromItsTop(t *testing.T) {
	t.Parallel()

	files := map[string]string{
		"repo/package.json": `{"private":true,"packageManager":"pnpm@10.4.1","scripts":{"postinstall":"node scripts/links.js"},"devDependencies":{"turbo":"^2.0.0"}}`,
		"repo/pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .:\n    devDependencies:\n      turbo:\n        specifier: ^2.0.0\n        version: 2.0.0\n" +
			"  apps/web:\n    dependencies:\n      next:\n        specifier: ^16.0.0\n        version: 16.4.5(react@19.0.0)\n      '@acme/ui':\n" +
			"        specifier: workspace:*\n        version: link:../../packages/ui\n  packages/docs: {}\n  packages/ui: {}\n",
		"repo/pnpm-workspace.yaml":        "packages:\n  - apps/*\n  - packages/*\n  - '!packages/old'\n",
		"repo/turbo.json":                 "{}",
		"repo/patches/a.patch":            "",
		"repo/apps/web/package.json":      `{"name":"web","scripts":{"build":"next build"},"dependencies":{"next":"^16.0.0","@acme/ui":"workspace:*"}}`,
		"repo/packages/ui/package.json":   `{"name":"@acme/ui","scripts":{"build":"tsc","prepare":"tsc"}}`,
		"repo/packages/docs/package.json": `{"name":"docs","scripts":{"build":"tsc","prepare":"tsc"}}`,
		"repo/packages/old/package.json":  `{"name":"old","dependencies":{"x":"1"}}`,
	}

	plan := detectors.RequirePlan(t, files, buildplan.Settings{RootDirectory: "repo/apps/web"})
	require.Equal(t, "repo", plan.Context)
	require.Equal(t, "16.4.5", plan.Versions["nextjs"])
	require.Contains(t, plan.Reason, "It is part of the workspace in repo")
	detecttest.RequireGolden(t, "nextjs_turborepo.Dockerfile", plan.Dockerfile)

	delete(files, "repo/turbo.json")
	require.Contains(t, detectors.RequirePlan(t, files, buildplan.Settings{RootDirectory: "repo/apps/web"}).Dockerfile,
		"WORKDIR /app/packages/ui\nRUN pnpm run build\nWORKDIR /app/apps/web\n")
}

func TestNextJS_WhatCannotBeKnown_IsAskedFor(t *testing.T) {
	t.Parallel()

	for config, words := range map[string]string{
		"import o from 'o'\nexport default { output: o.output }":                     "next.config.js decides output by what is not known before the build. Write it there as text: 'export'",
		"import o from 'o'\nexport default { distDir: o.dir }":                       "next.config.js decides distDir",
		"export default { output: process.env.SITE ? 'export' : 'standalone' }":      "next.config.js decides output",
		"export default { ...(process.env.SITE && { output: 'export' }), env: { } }": "next.config.js decides output",
	} {
		detectors.RequireError(t, detecttest.With(detecttest.NextApp, map[string]string{"next.config.js": config}),
			buildplan.Settings{Variables: []string{"SITE"}, BuildVariables: []string{"SITE"}}, words)
	}

	plan := detectors.RequirePlan(t, detecttest.With(detecttest.NextApp, map[string]string{"next.config.js": "export default { output: process.env.SITE ? 'export' : 'standalone' }"}),
		buildplan.Settings{Variables: []string{}})
	require.Contains(t, plan.Dockerfile, "NEXT_PRIVATE_STANDALONE=true")

	detectors.RequireError(t, detecttest.With(detecttest.NextApp, map[string]string{
		"package.json": `{"scripts":{"build":"next build","start":"prisma migrate deploy && next dev"},"dependencies":{"next":"^16.4.0"}}`,
	}), buildplan.Settings{}, "Have it end in next start in place of next dev")
}
