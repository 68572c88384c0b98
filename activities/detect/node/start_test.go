package node

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
	"github.com/zeitwork/zeitwork/internal/npmscript"
)

func TestDevelopmentServer_IsToldFromAServer(t *testing.T) {
	t.Parallel()

	for _, line := range []string{
		"react-scripts start", "react-scripts --max_old_space_size=4096 start", "PORT=3001 react-scripts start", "craco start", "react-app-rewired start",
		"vite", "vite --host", "vite dev", "vite preview --port 80", "cross-env NODE_ENV=development vite --host", "npx vite", "node node_modules/vite/bin/vite.js",
		"vue-cli-service serve --open", "docusaurus start", "docusaurus serve", "webpack serve --mode production", "webpack-dev-server", "webpack --watch", "parcel",
		"parcel src/index.html", "parcel serve", "gatsby develop -H 0.0.0.0", "storybook dev -p 6006", "start-storybook -p 6006", "ng serve", "ng s", "expo start --web",
		"next dev", "next", "nuxt dev", "nuxi dev", "astro dev", "eleventy --serve", "remix dev", "react-router dev", "rsbuild dev", "vitepress dev docs",
		"live-server", "turbo run dev", "turbo start", "nx serve web", "tsc -w", "concurrently 'tsc -w' vite", "npm run build && vite preview", "ember serve", "quasar dev", "concurrently 'ng serve' 'json-server --watch db.json'", "rspack-dev-server",
	} {
		require.False(t, startsServer(npmscript.Of(nil).Line(line)), line)
	}

	for _, line := range []string{
		"node server.js", "node .", "bun src/index.ts", "next start", "nuxt start", "serve -s build", "nest start", "nest start --watch", "nodemon a.js", "tsx watch a.ts",
		"vite build && node server.js", "concurrently vite 'node server.js'", "vite & node a.js", "node a.js --watch-dir x", "pm2-runtime a.js", "http-server dist",
		"node ace serve --watch", "turbo run start --filter=api", "node --watch a.js", "fastify start app.js", "remix-serve build/index.js", "sirv public", "node cluster.js -w 4", "json-server db.json", "vite-node server.ts",
	} {
		require.True(t, startsServer(npmscript.Of(nil).Line(line)), line)
	}
}

func TestSite_WhoseStartScriptIsForDevelopment_IsServedAsFiles(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		scripts, dependency, output string
		files                       map[string]string
		lines                       []string
	}{
		"craco":                        {`"start":"craco start","build":"craco build"`, "react-scripts", "build", nil, []string{"static/(?:js|css|media)/"}},
		"react-app-rewired":            {`"start":"react-app-rewired start","build":"react-app-rewired build"`, "react-scripts", "build", nil, nil},
		"react-scripts, to elsewhere":  {`"start":"PORT=1 react-scripts start","build":"BUILD_PATH=./out PUBLIC_URL=/x react-scripts build"`, "react-scripts", "out", nil, []string{"return 302 /x/;"}},
		"Vite by another script":       {`"start":"npm run dev","dev":"vite","build":"run-s lint bundle","lint":"eslint .","bundle":"cross-env A=b vite build --outDir web"`, "vite", "web", nil, nil},
		"Vite in a directory":          {`"start":"vite client","build":"vite build client"`, "vite", "client/dist", nil, nil},
		"Vite's root":                  {`"build":"vite build"`, "vite", "src/out", map[string]string{"vite.config.ts": "export default { root: './src', build: { outDir: 'out' } }"}, nil},
		"Vite's path above":            {`"build":"vite build"`, "vite", "../dist", map[string]string{"vite.config.js": "export default { root: 'src', build: { outDir: path() } }\nfunction path() { return '../../dist' }"}, nil},
		"Vite with another file":       {`"build":"vite build -c vite.site.ts"`, "vite", "site", map[string]string{"vite.site.ts": "export default { build: { outDir: 'site' } }", "vite.config.ts": "export default { build: { outDir: 'lib' } }"}, nil},
		"Vite, options of its tests":   {`"build":"vite build"`, "vite", "dist", map[string]string{"vite.config.ts": "export default { test: { root: 'x', outDir: 'x' }, plugins: [p({ outDir: 'x', base: '/x/' })] }"}, []string{"/srv/www\n"}},
		"Vite's base in production":    {`"build":"vite build"`, "vite", "dist", map[string]string{"vite.config.ts": "export default defineConfig(({ command }) => ({ base: command === 'build' ? '/docs/' : '/' }))"}, []string{"/srv/www/docs\n"}},
		"Vite's base elsewhere":        {`"build":"vite build"`, "vite", "dist", map[string]string{"vite.config.ts": "export default { base: process.env.GITHUB_ACTIONS ? '/repo/' : '/' }"}, []string{"/srv/www\n"}},
		"Vite's base by the script":    {`"build":"BASE=/docs vite build"`, "vite", "dist", map[string]string{"vite.config.ts": "export default { base: process.env.BASE ?? '/' }"}, []string{"/srv/www/docs\n"}},
		"Vite's output, who knows":     {`"build":"vite build"`, "vite", "", map[string]string{"vite.config.ts": "import o from 'o'\nexport default { build: { outDir: o.out } }"}, []string{"The site is where the build leaves its first page."}},
		"Vite's base, who knows":       {`"build":"vite build"`, "vite", "dist", map[string]string{"vite.config.ts": "import o from 'o'\nexport default { base: o.base }"}, []string{`ln -s /srv/www "/output/site$base"`}},
		"in another directory":         {`"build":"cd client && npm ci && npm run build","start":"npm start --prefix client"`, "x", "client/dist", map[string]string{"client/package.json": `{"scripts":{"build":"vite build","start":"vite"},"devDependencies":{"vite":"*"}}`}, nil},
		"a library for servers beside": {`"serve":"vue-cli-service serve","build":"vue-cli-service build"`, "@vue/cli-service\":\"*\",\"express", "dist", map[string]string{"src/main.js": ""}, nil},
		"Heroku's build":               {`"heroku-postbuild":"vite build --outDir web","build":"tsc"`, "vite", "web", nil, []string{"npm run heroku-postbuild"}},
		"Heroku's build, skipped":      {`"heroku-postbuild":"echo skipped","build":"vite build"`, "vite", "dist", nil, []string{"npm run build"}},
		"Angular": {`"start":"ng serve","build":"ng build"`, "@angular/core", "dist/shop/browser", map[string]string{"angular.json": `{/* x */"projects":{"shop":{"projectType":"application",
			"architect":{"build":{"builder":"@angular/build:application","options":{"browser":"src/main.ts"}}}}}}`}, []string{"try_files /index.html =404"}},
		"Angular, of old": {`"start":"ng serve","build":"ng build --prod --base-href=/a/"`, "@angular/core", "dist/x", map[string]string{"angular.json": `{"defaultProject":"shop","projects":{"lib":{"projectType":"library"},"shop":{
			"architect":{"build":{"builder":"@angular-devkit/build-angular:browser","options":{"outputPath":"dist/x"}}}}}}`}, []string{"/srv/www/a\n"}},
		"Angular, one of several": {`"build":"ng build admin"`, "@angular/core", "out/web", map[string]string{"angular.json": `{"projects":{"shop":{},"admin":{"architect":{"build":{
			"builder":"@angular-devkit/build-angular:application","options":{"outputPath":{"base":"out","browser":"web"}}}}}}}`}, nil},
		"Gatsby":                 {`"start":"gatsby develop","build":"gatsby build"`, "gatsby", "public", nil, nil},
		"Gatsby below a path":    {`"build":"gatsby build --prefix-paths"`, "gatsby", "public", map[string]string{"gatsby-config.js": "module.exports = { pathPrefix: '/blog' }"}, []string{"/srv/www/blog\n"}},
		"VitePress":              {`"build":"vitepress build docs"`, "vitepress", "", nil, []string{`ln -s /srv/www "/output/site$base"`}},
		"VitePress as it starts": {`"docs:dev":"vitepress dev","docs:build":"vitepress build","docs:preview":"vitepress preview"`, "vitepress", "", nil, []string{"npm run docs:build"}},
		"VitePress beside build": {`"build":"vite build","docs:build":"vitepress build docs"`, `vite":"*","vitepress`, "dist", nil, []string{"npm run build"}},
		"Docusaurus":             {`"start":"docusaurus start","build":"docusaurus build"`, "@docusaurus/core", "build", map[string]string{"docusaurus.config.ts": "const c: Config = { baseUrl: '/docs/' }; export default c"}, []string{"/srv/www/docs\n"}},
		"Eleventy":               {`"start":"eleventy --serve","build":"npx @11ty/eleventy"`, "@11ty/eleventy", "_site", nil, nil},
		"Eleventy, to elsewhere": {`"build":"eleventy"`, "@11ty/eleventy", "public", map[string]string{"eleventy.config.js": "module.exports = function (c) { c.addPassthroughCopy('x'); return { dir: { output: 'public' } } }"}, nil},
		"Vue CLI":                {`"start":"npm run serve","serve":"vue-cli-service serve","build":"vue-cli-service build"`, "@vue/cli-service", "www", map[string]string{"vue.config.js": "const { defineConfig } = require('@vue/cli-service'); module.exports = defineConfig({ outputDir: 'www', publicPath: process.env.NODE_ENV === 'production' ? '/shop/' : '/' })"}, []string{"/srv/www/shop\n"}},
		"Storybook":              {`"storybook":"storybook dev -p 6006","build-storybook":"storybook build"`, "storybook", "storybook-static", nil, []string{"npm run build-storybook"}},
		"Storybook as the build": {`"start":"storybook dev","build":"storybook build -o public"`, "storybook", "public", nil, nil},
		"Parcel":                 {`"start":"parcel index.html","build":"parcel build index.html --dist-dir out"`, "parcel", "out", nil, nil},
		"Rspack":                 {`"dev":"rspack dev","build":"rspack build"`, "@rspack/core", "", nil, []string{"-name index.html -newer /tmp/before"}},
		"webpack":                {`"start":"webpack serve","build":"webpack --mode production"`, "webpack", "", nil, []string{"-name index.html -newer /tmp/before"}},
		"Expo":                   {`"start":"expo start","build":"expo export -p web"`, "expo", "dist", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			files := detecttest.With(map[string]string{"package.json": `{"scripts":{` + test.scripts + `},"devDependencies":{"` + test.dependency + `":"*"}}`}, test.files)
			plan := detectors.RequirePlan(t, files, buildplan.Settings{Variables: []string{}})
			require.Equal(t, buildplan.FrameworkStatic, plan.Framework)
			require.Contains(t, plan.Dockerfile, lo.Ternary(test.output == "", `mv "$site" /output/site`, " mv "+test.output+" /output/site\n"))

			for _, line := range test.lines {
				require.Contains(t, plan.Dockerfile, line)
			}
		})
	}
}

func TestServer_StartIsWhatTheAppSays(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		manifest string
		files    map[string]string
		lines    []string
		not      string
	}{
		"by another script that needs what only the build would need": {
			`{"scripts":{"start":"npm run serve","serve":"tsx src/server.ts"},"devDependencies":{"tsx":"*"}}`, nil, []string{`CMD ["npm", "start"]`}, "AS production",
		},
		"behind a program that only the build would need": {
			`{"scripts":{"start":"cross-env A=b node a.js"},"devDependencies":{"cross-env":"*"}}`, nil, []string{`CMD ["npm", "start"]`}, "AS production",
		},
		"loaded by an option of Node": {
			`{"scripts":{"start":"NODE_OPTIONS='--import tsx' node a.ts"},"devDependencies":{"tsx":"*"}}`, nil, nil, "AS production",
		},
		"loaded by its path": {`{"scripts":{"start":"node -r ts-node/register a.ts"},"devDependencies":{"ts-node":"*"}}`, nil, nil, "AS production"},
		"with what only sounds alike": {
			`{"scripts":{"start":"node tools/jest-like.js"},"devDependencies":{"jest":"*"}}`, nil, []string{"AS production"}, "",
		},
		"SvelteKit for Node":         {`{"scripts":{"build":"vite build"},"devDependencies":{"@sveltejs/kit":"*","@sveltejs/adapter-node":"*","vite":"*"}}`, nil, []string{`CMD ["node", "build"]`}, ""},
		"React Router's server":      {`{"scripts":{"build":"react-router build"},"dependencies":{"@react-router/node":"*","@react-router/serve":"*","@react-router/dev":"*"}}`, nil, []string{`react-router-serve build/server/index.js`}, ""},
		"two at once":                {`{"scripts":{"start":"node a.js & node b.js"}}`, nil, []string{`CMD ["npm", "start"]`}, ""},
		"NestJS for production":      {`{"scripts":{"build":"nest build","start":"nest start","start:prod":"node dist/main"},"dependencies":{"@nestjs/core":"*"},"devDependencies":{"@nestjs/cli":"*"}}`, nil, []string{`CMD ["node", "dist/main"]`, "AS production"}, ""},
		"NestJS that knows no other": {`{"scripts":{"build":"nest build","start":"nest start"},"devDependencies":{"@nestjs/cli":"*"}}`, nil, []string{`CMD ["npm", "start"]`}, "AS production"},
		"Angular with a server": {
			`{"scripts":{"start":"ng serve","build":"ng build","serve:ssr:shop":"node dist/shop/server/server.mjs"},"dependencies":{"@angular/core":"*"}}`, nil, []string{`CMD ["node", "dist/shop/server/server.mjs"]`}, "",
		},
		"AdonisJS": {
			`{"scripts":{"start":"node bin/server.js","build":"node ace build"},"dependencies":{"@adonisjs/core":"*"}}`, map[string]string{"bin/server.ts": ""},
			[]string{"HOST=0.0.0.0", "WORKDIR /app/build\n", `CMD ["node", "bin/server.js"]`}, "",
		},
		"AdonisJS, for development": {
			`{"scripts":{"start":"node ace serve --watch","build":"node ace build"},"dependencies":{"@adonisjs/core":"*"}}`, nil, []string{"WORKDIR /app/build\n", `CMD ["node", "bin/server.js"]`}, "",
		},
		"Express without a script": {`{"dependencies":{"express":"*"}}`, map[string]string{"app.js": ""}, []string{`CMD ["node", "app.js"]`}, ""},
		"a page beside it that another program builds": {
			`{"scripts":{"serve":"vue-cli-service serve","build":"vue-cli-service build && node x.js","start:prod":"node server/index.js"},"dependencies":{"express":"*","@vue/cli-service":"*"}}`,
			map[string]string{"src/main.js": ""}, []string{`CMD ["node", "server/index.js"]`}, "",
		},
		"bun without a script":       {`{}`, map[string]string{"bun.lock": `{"workspaces":{"":{}}}`, "index.ts": ""}, []string{"\nFROM base\n", `CMD ["bun", "index.ts"]`}, ""},
		"bun beside npm's lockfile":  {`{"scripts":{"start":"bun src/index.ts"}}`, map[string]string{"package-lock.json": `{"lockfileVersion":3,"packages":{"":{}}}`}, []string{"AS base\nRUN", "npm install --global --no-update-notifier --allow-scripts=bun bun@1\n", "\nFROM base\n", `CMD ["bun", "src/index.ts"]`}, ""},
		"pnpm beside npm's lockfile": {`{"scripts":{"start":"pnpm serve","serve":"node a.js"}}`, map[string]string{"package-lock.json": `{"lockfileVersion":3,"packages":{"":{}}}`}, []string{" pnpm@10\n", "\nFROM base\n", `CMD ["npm", "start"]`}, ""},
		"bun in the build alone":     {`{"scripts":{"build":"bun build.ts","start":"node a.js"}}`, nil, []string{"FROM base AS dependencies", " bun@1\n", `CMD ["node", "a.js"]`}, "\nFROM base\n"},
		"a file with variables":      {`{"scripts":{"start":"node --env-file=.env server.js","build":"env-cmd -f config/.env tsc"}}`, nil, []string{"COPY <<'EOF' config/.env\nEOF\n", "COPY --chown=node:node <<'EOF' .env\nEOF\n"}, ""},
		"a file with variables that is there": {
			`{"scripts":{"start":"node --env-file=.env server.js"}}`, map[string]string{".env": "A=b"}, nil, "<<'EOF'",
		},
		"a Procfile": {
			`{"scripts":{"start":"vite","build":"vite build"},"devDependencies":{"vite":"*"}}`, map[string]string{"Procfile": "web: node server.js --port 1\nrelease: node migrate.js\n"}, []string{`CMD ["node", "server.js", "--port", "1"]`}, "",
		},
		"a Procfile that needs a shell": {
			`{"devDependencies":{"tsx":"*"}}`, map[string]string{"Procfile": "web: tsx a.ts --port=$PORT\n"},
			[]string{"ENV PATH=/app/node_modules/.bin:$PATH\n", `CMD ["sh", "-c", "tsx a.ts --port=$PORT"]`}, "AS production",
		},
		"a Procfile that names a script": {`{"scripts":{"start":"node a.js","serve":"node b.js"}}`, map[string]string{"Procfile": "web: npm run serve"}, []string{`CMD ["npm", "run", "serve"]`}, ""},
		"a release that needs what only the build would need": {
			`{"scripts":{"start":"node a.js"},"devDependencies":{"knex":"*"}}`, map[string]string{"Procfile": "release: npx knex migrate:latest"}, []string{`CMD ["node", "a.js"]`}, "AS production",
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

	plan := detectors.RequirePlan(t, detecttest.With(detecttest.ServerApp, map[string]string{"Procfile": "release: node migrate.js\n"}), buildplan.Settings{})
	require.Equal(t, "node migrate.js", plan.ReleaseCommand)
}

func TestServer_ProcfileOfAnotherLanguage_IsRefused(t *testing.T) {
	t.Parallel()

	for _, manifest := range []string{`{"scripts":{"build":"vite build"},"devDependencies":{"vite":"*"}}`, `{"scripts":{"start":"node a.js"}}`} {
		detectors.RequireError(t, map[string]string{"package.json": manifest, "Procfile": "web: gunicorn app.wsgi --log-file -\n"}, buildplan.Settings{},
			`Procfile starts "gunicorn app.wsgi --log-file -"`, "Add a Dockerfile")
	}
}

func TestSite_WhoseStartScriptIsForDevelopment_SaysSo(t *testing.T) {
	t.Parallel()

	plan := detectors.RequirePlan(t, map[string]string{
		"package.json": `{"scripts":{"start":"craco start","build":"craco build"},"dependencies":{"@craco/craco":"*","react-scripts":"*"}}`,
	}, buildplan.Settings{})
	require.Contains(t, plan.Reason, `package.json has a build script and depends on react-scripts, and its start script, "craco start", starts a server for development alone. `)
}

func TestSite_ToolsOfALibrary_AreNoSite(t *testing.T) {
	t.Parallel()

	for _, dependency := range []string{"storybook", "webpack", "vite"} {
		detectors.RequireNotTaken(t, map[string]string{"package.json": `{"scripts":{"build":"tsc && cp -r a b"},"devDependencies":{"` + dependency + `":"*"}}`}, buildplan.Settings{})
	}

	detectors.RequireNotTaken(t, map[string]string{"package.json": `{"scripts":{"build":"node build.js"},"devDependencies":{"storybook":"*"}}`}, buildplan.Settings{})
}

func TestServer_StartThatReturns_IsRefused(t *testing.T) {
	t.Parallel()

	detectors.RequireError(t, map[string]string{"package.json": `{"scripts":{"start":"npm run build && pm2 start server.js","build":"tsc"}}`}, buildplan.Settings{},
		`ends in "pm2 start server.js"`, "write pm2-runtime")

	for _, start := range []string{"pm2-runtime server.js", "pm2 start server.js --no-daemon", "pm2 start server.js && node b.js"} {
		detectors.RequirePlan(t, map[string]string{"package.json": `{"scripts":{"start":"` + start + `"}}`}, buildplan.Settings{})
	}
}

func TestServer_ThatOnlyServesThePagesBesideIt_IsASite(t *testing.T) {
	t.Parallel()

	for _, start := range []string{"live-server", "npx serve .", "http-server . -p 3000", "lite-server"} {
		detectors.RequireNotTaken(t, map[string]string{"package.json": `{"scripts":{"start":"` + start + `"}}`, "index.html": ""}, buildplan.Settings{})
	}

	require.Equal(t, buildplan.FrameworkNode, detectors.RequirePlan(t, map[string]string{
		"package.json": `{"scripts":{"start":"serve -s build","build":"react-scripts build"},"dependencies":{"serve":"*","react-scripts":"*"}}`,
	}, buildplan.Settings{}).Framework)
}

func TestServer_DependencyBesideTheRootDirectory_IsBuiltWithBoth(t *testing.T) {
	t.Parallel()

	const depends = `"scripts":{"start":"node a.js","build":"tsc"},"dependencies":{"shared":"file:../../shared"},"devDependencies":{"typescript":"*"}`

	files := map[string]string{
		"package.json": `{"name":"tools","devDependencies":{"turbo":"*"}}`, "turbo.json": "{}", "apps/web/package-lock.json": "{}", "apps/web/.npmrc": "",
		"apps/web/package.json": `{"name":"web",` + depends + `}`, "shared/package.json": `{"name":"shared","scripts":{"build":"tsc"},"dependencies":{"deeper":"link:../libs/deeper"}}`,
		"libs/deeper/package.json": `{"name":"deeper"}`,
	}
	settings := buildplan.Settings{RootDirectory: "apps/web"}

	plan := detectors.RequirePlan(t, files, settings)
	require.Equal(t, ".", plan.Context)
	require.Contains(t, plan.Reason, "It depends on directories beside it, so that it is built together with all that is at the top of the repository.")

	for _, line := range []string{
		"COPY --parents apps/web/package-lock.json libs/deeper/package.json shared/package.json apps/web/package.json apps/web/.npmrc libs/deeper shared ./\n",
		"sharing=locked (cd shared && npm install --no-audit --no-fund) && cd apps/web && npm ci --no-audit --no-fund\n", "WORKDIR /app/shared\nRUN npm run build\n",
		"WORKDIR /app/apps/web\n", "npm run build && ", " cd apps/web && npm prune --omit=dev", `CMD ["node", "a.js"]`,
	} {
		require.Contains(t, plan.Dockerfile, line)
	}

	require.NotContains(t, plan.Dockerfile, "turbo run")

	// A directory that holds both is the top.
	plan = detectors.RequirePlan(t, map[string]string{
		"js/web/package.json": `{"scripts":{"start":"node a.js"},"dependencies":{"shared":"link:../shared"}}`, "js/shared/package.json": `{"name":"shared"}`,
	}, buildplan.Settings{RootDirectory: "js/web"})
	require.Equal(t, "js", plan.Context)
	require.Contains(t, plan.Dockerfile, "COPY --parents shared/package.json web/package.json shared ./\n")
	require.Contains(t, plan.Dockerfile, "cd web && npm install")
}

func TestServer_DependencyThatTheBuildDoesNotSee_IsTold(t *testing.T) {
	t.Parallel()

	settings := buildplan.Settings{RootDirectory: "apps/web"}
	app := func(asked string) map[string]string {
		return map[string]string{
			"apps/web/package.json": `{"scripts":{"start":"node a.js"},"dependencies":{"shared":"` + asked + `"}}`, "apps/web/pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
		}
	}

	detectors.RequireError(t, app("file:../../../shared"), settings, `depends on shared by "file:../../../shared", which leads out of the repository.`)
	detectors.RequireError(t, app("file:../../shared"), settings, "and the repository has no shared. Commit it")
	detectors.RequireError(t, app("workspace:*"), settings, "there is no workspace that has both.", "with pnpm: in packages of pnpm-workspace.yaml")

	detectors.RequireError(t, map[string]string{
		"package.json": `{"workspaces":["*"]}`, "web/package.json": `{"scripts":{"start":"node a.js"},"dependencies":{"shared":"workspace:*"}}`, "shared/package.json": `{"name":"shared"}`,
	}, buildplan.Settings{RootDirectory: "web"}, `by "workspace:*", which npm does not know.`)
}
