package detect

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSite_OfVite_IsServedAsFiles(t *testing.T) {
	t.Parallel()

	plan := detectTree(t, viteApp, Settings{Variables: []string{"VITE_API", "API"}})
	require.Contains(t, plan.Dockerfile, "RUN --mount=type=cache,id=vite,target=/app/node_modules/.cache,sharing=locked --mount=type=cache,id=node,target=/var/cache/node "+
		"npm run build && \\\n    mkdir -p /output && \\\n    mv dist /output/site\n")
	require.Contains(t, plan.Dockerfile, "ARG VITE_API\n")
	require.Contains(t, plan.Dockerfile, "COPY --from=build /output/site /srv/www\n")

	plan.Dockerfile = ""
	require.Equal(t, Plan{
		Framework: FrameworkStatic,
		Reason: "package.json has a build script and depends on vite, and it starts no server. What is built in dist is served by nginx. " +
			"Node 24: the default. npm: package-lock.json.",
		Versions: map[string]string{"vite": "8.3.8", "node": "24"}, Port: DefaultPort, Dockerignore: nodeDockerignore,
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
		"Vite's outDir":                   {with(site("vite build", "vite", ""), map[string]string{"vite.config.ts": "export default { build: { outDir: './public_html' } }"}), "public_html"},
		"Vite's root":                     {with(site("vite build", "vite", ""), map[string]string{"vite.config.js": "export default {\n  root: 'src',\n  build: { outDir: '../out' } }"}), "out"},
		"option of the build":             {site("tsc && vite build --outDir=web", "vite", ""), "web"},
		"start script for development":    {site("vite build", "vite", `,"start":"vite --host"`), "dist"},
		"start script for a look":         {site("vite build", "vite", `,"start":"vite preview"`), "dist"},
		"Astro":                           {site("astro build", "astro", ""), "dist"},
		"Create React App":                {site("react-scripts build", "react-scripts", `,"start":"react-scripts start"`), "build"},
		"a page beside it that is a part": {with(site("vite build", "vite", ""), map[string]string{"public/index.html": ""}), "dist"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectTree(t, test.files, Settings{})
			require.Equal(t, FrameworkStatic, plan.Framework)
			require.Contains(t, plan.Dockerfile, " mv "+test.output+" /output/site\n")
		})
	}
}

func TestSite_WithAServerFramework_MustSayHowItStarts(t *testing.T) {
	t.Parallel()

	detectError(t, map[string]string{"package.json": `{"scripts":{"build":"vite build"},"devDependencies":{"vite":"*","@sveltejs/kit":"*"}}`}, Settings{},
		"depends on @sveltejs/kit", `Add "start" to its scripts`)
}
