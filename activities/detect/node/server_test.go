package node

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestServer_IsStartedByItsScript(t *testing.T) {
	t.Parallel()

	plan := detectors.RequirePlan(t, map[string]string{
		"package.json": `{"scripts":{"build":"tsc","start":"node dist/server.js"},"dependencies":{"express":"^5.0.0"},"devDependencies":{"typescript":"^5.0.0","@types/node":"^24"}}`,
		"yarn.lock":    "# yarn lockfile v1\n\nexpress@^5.0.0:\n  version \"5.1.0\"\n\ntypescript@^5.0.0:\n  version \"5.9.0\"\n\n\"@types/node@^24\":\n  version \"24.0.0\"\n",
	}, buildplan.Settings{BuildVariables: []string{"LICENCE"}})
	detecttest.RequireGolden(t, "node_yarn1.Dockerfile", plan.Dockerfile)

	plan.Dockerfile, plan.Missing = "", nil
	require.Equal(t, buildplan.Plan{
		Framework: buildplan.FrameworkNode,
		Reason:    `The start script in package.json is "node dist/server.js". Node 24: the default. yarn 1.22.22: yarn.lock.`,
		Versions:  map[string]string{"node": "24", "yarn": "1.22.22"}, Port: buildplan.DefaultPort, Dockerignore: nodeDockerignore,
		Arguments: []string{}, Secrets: []string{"LICENCE"},
	}, plan)
}

func TestServer_CommandIsWhatTheScriptNeeds(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		manifest string
		files    map[string]string
		lines    []string
		not      string
	}{
		"plain":              {`{"scripts":{"start":"node --import ./trace.mjs server.js"}}`, nil, []string{`CMD ["node", "--import", "./trace.mjs", "server.js"]`}, "AS production"},
		"with a shell":       {`{"scripts":{"start":"A=1 node server.js && true"}}`, nil, []string{`CMD ["npm", "start"]`}, ""},
		"with a hook before": {`{"scripts":{"prestart":"node migrate.js","start":"node server.js"}}`, nil, []string{`CMD ["npm", "start"]`}, ""},
		"with the manager":   {`{"packageManager":"pnpm@9.1.0","scripts":{"start":"pnpm run serve"}}`, nil, []string{"\nFROM base\n", `CMD ["pnpm", "run", "start"]`}, ""},
		"with bun":           {`{"packageManager":"bun@1.1.0","scripts":{"start":"bun src/index.ts"}}`, nil, []string{"\nFROM base\n", `CMD ["bun", "src/index.ts"]`}, ""},
		"server.js":          {`{"dependencies":{}}`, map[string]string{"server.js": ""}, []string{`CMD ["node", "server.js"]`}, ""},
		"main":               {`{"main":"./src/main.js"}`, map[string]string{"src/main.js": ""}, []string{`CMD ["node", "src/main.js"]`}, ""},
		"pruned": {
			`{"scripts":{"start":"node a.js"},"devDependencies":{"prettier":"*"}}`, nil,
			[]string{"FROM dependencies AS production\n", "npm prune --omit=dev", "COPY --from=production --chown=node:node /app ./\n", "COPY --chown=node:node --exclude=node_modules . .\n"}, "",
		},
		"pruned by pnpm": {
			`{"packageManager":"pnpm@10.4.1","scripts":{"start":"node a.js"},"devDependencies":{"prettier":"*"}}`, nil,
			[]string{"FROM dependencies AS production\n", "--config.modules-cache-max-age=0\n"}, "",
		},
		"pruned by bun": {
			`{"packageManager":"bun@1.1.0","scripts":{"start":"node a.js"},"devDependencies":{"prettier":"*"}}`,
			map[string]string{"bun.lock": `{"workspaces":{"":{"devDependencies":{"prettier":"*"}}}}`},
			[]string{"FROM dependencies AS production\n", " rm -rf node_modules && bun install --production --frozen-lockfile\n"}, "",
		},
		"not pruned by Yarn 3":                      {`{"packageManager":"yarn@3.6.0","scripts":{"start":"node a.js"},"devDependencies":{"prettier":"*"}}`, nil, nil, "AS production"},
		"started by what only the build would need": {`{"scripts":{"start":"tsx src/a.ts"},"devDependencies":{"tsx":"*"}}`, nil, []string{`CMD ["npm", "start"]`}, "AS production"},
		"loaded by what only the build would need":  {`{"scripts":{"start":"node --import tsx a.ts"},"devDependencies":{"tsx":"*"}}`, nil, nil, "AS production"},
		"with another name than its package":        {`{"scripts":{"start":"nest start"},"devDependencies":{"@nestjs/cli":"*"}}`, nil, nil, "AS production"},
		"Prisma": {
			`{"scripts":{"build":"prisma generate && tsc","start":"node a.js"},"dependencies":{"@prisma/client":"*"},"devDependencies":{"prisma":"*"}}`,
			map[string]string{"prisma/schema.prisma": ""},
			[]string{"COPY --parents package.json prisma ./", "--no-install-recommends openssl", "FROM build AS production\n"}, "--exclude",
		},
		"a script that needs the sources": {
			`{"scripts":{"postinstall":"node scripts/after.js","start":"node a.js"},"devDependencies":{"prettier":"*"}}`, nil,
			[]string{"RUN npm pkg delete scripts.postinstall\n", "COPY . .\nWORKDIR /app\nRUN npm run postinstall\n", "FROM build AS production\n"}, "",
		},
		"scripts that do not": {
			`{"scripts":{"preinstall":"npx only-allow npm","postinstall":"patch-package && prisma generate","prepare":"husky || true","start":"node a.js"},"dependencies":{"prisma":"*"}}`,
			map[string]string{"patches/a.patch": "", "prisma/schema.prisma": ""}, []string{"COPY --parents package.json patches prisma ./"}, "npm pkg delete",
		},
		"Prisma's schema elsewhere": {
			`{"scripts":{"postinstall":"prisma generate","start":"node a.js"},"dependencies":{"prisma":"*"}}`, map[string]string{"db/schema.prisma": ""},
			[]string{"RUN npm pkg delete scripts.postinstall\n", "COPY . .\nWORKDIR /app\nRUN npm run postinstall\n"}, "",
		},
		"a package out of the source": {
			`{"scripts":{"start":"node a.js"},"dependencies":{"local":"file:./vendor/local","packed":"file:vendor/packed.tgz"}}`,
			map[string]string{"vendor/local/package.json": "{}", "vendor/packed.tgz": ""}, []string{"COPY --parents package.json vendor/local vendor/packed.tgz ./"}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, detecttest.With(map[string]string{"package.json": test.manifest}, test.files), buildplan.Settings{})
			require.Equal(t, buildplan.FrameworkNode, plan.Framework)

			for _, line := range test.lines {
				require.Contains(t, plan.Dockerfile, line)
			}

			if test.not != "" {
				require.NotContains(t, plan.Dockerfile, test.not)
			}
		})
	}
}

func TestServer_TokensOfPrivateRegistries_AreSecretsOfTheInstallation(t *testing.T) {
	t.Parallel()

	files := detecttest.With(detecttest.ServerApp, map[string]string{".npmrc": "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n@a:registry=https://${OTHER}\n"})
	plan := detectors.RequirePlan(t, files, buildplan.Settings{Variables: []string{"NPM_TOKEN", "DATABASE_URL"}})

	require.Equal(t, []string{"NPM_TOKEN"}, plan.Secrets)
	require.Contains(t, plan.Dockerfile, "COPY --parents package.json package-lock.json .npmrc ./\n")
	require.Contains(t, plan.Dockerfile, "--mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN npm ci")
	require.NotContains(t, plan.Dockerfile, "OTHER")
}

func TestServer_VariablesOfYarnsConfiguration_AreSecretsOfAllThatYarnRuns(t *testing.T) {
	t.Parallel()

	plan := detectors.RequirePlan(t, map[string]string{
		"package.json": `{"name":"app","scripts":{"build":"tsc","start":"node a.js"}}`, "yarn.lock": "\n" + detecttest.EmptyYarn4,
		".yarnrc.yml": "npmAuthToken: \"${NPM_TOKEN:-none}\"\n",
	}, buildplan.Settings{Variables: []string{"NPM_TOKEN"}, BuildVariables: []string{"NPM_TOKEN"}})

	require.Equal(t, []string{"NPM_TOKEN"}, plan.Secrets)
	require.Contains(t, plan.Dockerfile, "--mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN yarn install --immutable\n")
	require.Contains(t, plan.Dockerfile, "RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN --mount=type=cache,id=node,target=/var/cache/node yarn run build && ")
}

func TestServer_DependenciesThatCompileThemselves_GetACompilerInTheBuildAlone(t *testing.T) {
	t.Parallel()

	lock := func(dependencies string) map[string]string {
		return detecttest.With(detecttest.ServerApp, map[string]string{"package-lock.json": `{"lockfileVersion":3,"packages":{"node_modules/express":{"version":"5.1.0"},
			"node_modules/native":{"dependencies":{` + dependencies + `}},"node_modules/@parcel/watcher":{"dependencies":{"node-addon-api":"*"}}}}`})
	}

	plan := detectors.RequirePlan(t, lock(`"bindings":"*","prebuild-install":"*"`), buildplan.Settings{})
	detecttest.RequireGolden(t, "node_native.Dockerfile", plan.Dockerfile)

	for _, dependencies := range []string{``, `"node-addon-api":"*","node-gyp-build":"*"`} {
		require.NotContains(t, detectors.RequirePlan(t, lock(dependencies), buildplan.Settings{}).Dockerfile, "g++")
	}
}

func TestServer_ThatWouldListenToItsOwnMachineAlone_IsToldToListenToAll(t *testing.T) {
	t.Parallel()

	plan := detectors.RequirePlan(t, map[string]string{
		"package.json":     `{"scripts":{"build":"astro build","start":"node dist/server/entry.mjs"},"dependencies":{"astro":"*","@astrojs/node":"*"}}`,
		"astro.config.mjs": "import node from '@astrojs/node';\nexport default defineConfig({ output: 'server', adapter: node({ mode: 'standalone' }) });",
	}, buildplan.Settings{})
	require.Equal(t, buildplan.FrameworkNode, plan.Framework)
	require.Contains(t, plan.Dockerfile, "ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080\n")
}
