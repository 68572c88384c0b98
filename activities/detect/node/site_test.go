package node

import (
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestSite_OfVite_IsServedAsFiles(t *testing.T) {
	t.Parallel()

	plan := detectors.RequirePlan(t, detecttest.ViteApp, buildplan.Settings{Variables: []string{"VITE_API", "API"}})
	require.Contains(t, plan.Dockerfile, "RUN --mount=type=cache,id=vite,target=/app/node_modules/.cache,sharing=locked --mount=type=cache,id=node,target=/var/cache/node "+
		"npm run build && \\\n    mkdir -p /output && \\\n    mv dist /output/site\n")
	require.Contains(t, plan.Dockerfile, "ARG VITE_API\n")
	require.Contains(t, plan.Dockerfile, "COPY --from=build /output/site /srv/www\n")

	plan.Dockerfile, plan.Missing = "", nil
	require.Equal(t, buildplan.Plan{
		Framework: buildplan.FrameworkStatic,
		Reason: "package.json has a build script and depends on vite, and it starts no server. What is built in dist is served by nginx. " +
			"Node 24: the default. npm: package-lock.json.",
		Versions: map[string]string{"vite": "8.3.8", "node": "24"}, Port: buildplan.DefaultPort, Dockerignore: nodeDockerignore,
		Arguments: []string{"VITE_API"}, Secrets: []string{},
	}, plan)
}

func TestSite_OutputIsWhereTheBuildLeavesIt(t *testing.T) {
	t.Parallel()

	site := func(build, dependency, more string) map[string]string {
		return map[string]string{"package.json": `{"scripts":{"build":"` + build + `"` + more + `},"devDependencies":{"` + dependency + `":"*"}}`, "index.html": ""}
	}

	for name, test := range map[string]struct {
		files  map[string]string
		output string
	}{
		"Vite's outDir":                   {detecttest.With(site("vite build", "vite", ""), map[string]string{"vite.config.ts": "export default { build: { outDir: './public_html' } }"}), "public_html"},
		"Vite's root":                     {detecttest.With(site("vite build", "vite", ""), map[string]string{"vite.config.js": "export default {\n  root: 'src',\n  build: { outDir: '../out' } }"}), "out"},
		"option of the build":             {site("tsc && vite build --outDir=web", "vite", ""), "web"},
		"start script for development":    {site("vite build", "vite", `,"start":"vite --host"`), "dist"},
		"start script for a look":         {site("vite build", "vite", `,"start":"vite preview"`), "dist"},
		"Astro":                           {site("astro build", "astro", ""), "dist"},
		"Create React App":                {site("react-scripts build", "react-scripts", `,"start":"react-scripts start"`), "build"},
		"a page beside it that is a part": {detecttest.With(site("vite build", "vite", ""), map[string]string{"public/index.html": ""}), "dist"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, test.files, buildplan.Settings{})
			require.Equal(t, buildplan.FrameworkStatic, plan.Framework)
			require.Contains(t, plan.Dockerfile, " mv "+test.output+" /output/site\n")
		})
	}
}

func TestSite_ThatExpectsToStandBelowAPath_StandsThere(t *testing.T) {
	t.Parallel()

	site := func(dependency, rest string, files ...string) map[string]string {
		tree := map[string]string{"package.json": `{"scripts":{"build":"build"},"dependencies":{"` + dependency + `":"*"}` + rest + `}`}
		for _, pair := range lo.Chunk(files, 2) {
			tree[pair[0]] = pair[1]
		}

		return tree
	}

	for name, test := range map[string]struct {
		files map[string]string
		base  string
	}{
		"Next.js": {
			detecttest.With(detecttest.NextApp, map[string]string{"next.config.js": "module.exports = { output: 'export', basePath: '/docs' }"}), "/docs",
		},
		"Vite":               {site("vite", "", "vite.config.ts", "export default defineConfig({\n  base: '/docs/',\n  plugins: [vue()],\n})"), "/docs"},
		"Vite, on one line":  {site("vite", "", "vite.config.js", `export default defineConfig({ base: "/docs/" })`), "/docs"},
		"Vite, an object":    {site("vite", "", "vite.config.js", `export default { base: "/docs/" }`), "/docs"},
		"Vite, an argument":  {map[string]string{"package.json": `{"scripts":{"build":"tsc && vite build --base=/docs/"},"dependencies":{"vite":"*"}}`}, "/docs"},
		"Astro":              {site("astro", "", "astro.config.mjs", "export default defineConfig({\n  site: 'https://a.example',\n  base: '/docs',\n});"), "/docs"},
		"Create React App":   {site("react-scripts", `,"homepage":"https://ada.github.io/docs"`), "/docs"},
		"SvelteKit":          {site("@sveltejs/kit", "", "svelte.config.js", "import adapter from '@sveltejs/adapter-static';\nexport default { kit: { adapter: adapter(), paths: { base: '/docs' } } }"), "/docs"},
		"at the top":         {site("vite", "", "vite.config.ts", "export default { base: '/' }"), ""},
		"wherever it stands": {site("vite", "", "vite.config.ts", "export default { base: './' }"), ""},
		"another server":     {site("vite", "", "vite.config.ts", "export default { base: 'https://cdn.example.com/x' }"), ""},
		"homepage of a host": {site("react-scripts", `,"homepage":"https://ada.example.com"`), ""},
		"homepage, relative": {site("react-scripts", `,"homepage":"."`), ""},
		"another option":     {site("vite", "", "vite.config.ts", "export default {\n  resolve: {\n    alias: {\n      base: '/src',\n    },\n  },\n}"), ""},
		"homepage for npm":   {site("vite", `,"homepage":"https://ada.github.io/docs"`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, test.files, buildplan.Settings{})
			require.Regexp(t, `COPY --from=build \S+ /srv/www`+test.base+"\n", plan.Dockerfile)
			require.Equal(t, test.base != "", strings.Contains(plan.Dockerfile, "return 302 "+test.base+"/;"))
		})
	}
}

func TestSite_PageThatAnswersForOthers_IsThatOfTheBuilder(t *testing.T) {
	t.Parallel()

	const svelte = `{"scripts":{"build":"vite build"},"devDependencies":{"@sveltejs/kit":"*","@sveltejs/adapter-static":"*","vite":"*"}}`

	kit := func(options string) string {
		return "import adapter from '@sveltejs/adapter-static';\nexport default { kit: { adapter: adapter(" + options + ") } };"
	}

	for name, test := range map[string]struct {
		files  map[string]string
		output string
		lines  []string
		not    string
	}{
		"Vite":      {detecttest.ViteApp, "dist", []string{"try_files /index.html =404"}, ""},
		"Astro":     {map[string]string{"package.json": `{"scripts":{"build":"astro build"},"dependencies":{"astro":"*"}}`}, "dist", []string{"_astro/"}, "try_files /index.html"},
		"SvelteKit": {map[string]string{"package.json": svelte, "svelte.config.js": kit("")}, "build", []string{"_app/immutable/"}, "try_files /index.html"},
		"SvelteKit, one page": {
			map[string]string{"package.json": svelte, "vite.config.ts": "import adapter from '@sveltejs/adapter-static';\nimport { sveltekit } from '@sveltejs/kit/vite';\nexport default { plugins: [sveltekit({ adapter: adapter({ pages: 'site', fallback: '200.html' }) })] }"},
			"site", []string{"try_files /200.html =404"}, "try_files /index.html",
		},
		"SvelteKit, page for what is not there": {map[string]string{"package.json": svelte, "svelte.config.js": kit("{ fallback: '404.html' }")}, "build", nil, "try_files /404.html"},
		"React Router without a server": {
			map[string]string{
				"package.json":           `{"scripts":{"build":"react-router build"},"dependencies":{"@react-router/node":"*","vite":"*"},"devDependencies":{"@react-router/dev":"*"}}`,
				"react-router.config.ts": "export default {\n  ssr: false,\n} satisfies Config;",
			},
			"build/client", []string{"try_files /index.html =404"}, "",
		},
		"Create React App": {
			map[string]string{"package.json": `{"scripts":{"build":"react-scripts build"},"dependencies":{"react-scripts":"*"}}`}, "build", []string{"static/(?:js|css|media)/"}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, test.files, buildplan.Settings{})
			require.Equal(t, buildplan.FrameworkStatic, plan.Framework)
			require.Contains(t, plan.Dockerfile, " mv "+test.output+" /output/site\n")

			for _, line := range test.lines {
				require.Contains(t, plan.Dockerfile, line)
			}

			if test.not != "" {
				require.NotContains(t, plan.Dockerfile, test.not)
			}
		})
	}
}

func TestSite_FrameworkThatNeedsAServer_SaysHowToStartIt(t *testing.T) {
	t.Parallel()

	app := func(dependencies, start string, files map[string]string) map[string]string {
		return detecttest.With(map[string]string{"package.json": `{"scripts":{"build":"vite build"` + start + `},"dependencies":{"vite":"*",` + dependencies + `}}`}, files)
	}

	for name, test := range map[string]struct {
		files map[string]string
		words []string
	}{
		"Astro":                           {app(`"astro":"*","@astrojs/node":"*"`, `,"start":"astro dev"`, nil), []string{"@astrojs/node", `Add "start": "node dist/server/entry.mjs" to its scripts.`}},
		"Astro for another platform":      {app(`"astro":"*"`, "", map[string]string{"astro.config.mjs": "import vercel from '@astrojs/vercel/serverless';"}), []string{"astro.config uses @astrojs/vercel", "Use @astrojs/node"}},
		"Astro without an adapter":        {app(`"astro":"*"`, "", map[string]string{"astro.config.mjs": "export default defineConfig({ output: 'server' });"}), []string{"no adapter", "Use @astrojs/node"}},
		"SvelteKit as it is made":         {app(`"@sveltejs/kit":"*"`, "", map[string]string{"vite.config.ts": "import adapter from '@sveltejs/adapter-auto';"}), []string{"vite.config uses @sveltejs/adapter-auto", "Use @sveltejs/adapter-node"}},
		"SvelteKit, started all the same": {app(`"@sveltejs/kit":"*"`, `,"start":"node build"`, map[string]string{"svelte.config.js": "import adapter from '@sveltejs/adapter-auto';"}), []string{"svelte.config uses @sveltejs/adapter-auto"}},
		"React Router":                    {app(`"@react-router/node":"*"`, "", nil), []string{"Install @react-router/serve", `"start": "react-router-serve build/server/index.js"`}},
		"TanStack Start":                  {app(`"@tanstack/react-start":"*"`, `,"start":"vite preview"`, nil), []string{"Install nitro, use it as its documentation says", `"start": "node .output/server/index.mjs"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detectors.RequireError(t, test.files, buildplan.Settings{}, test.words...)
		})
	}
}
