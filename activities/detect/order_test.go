package detect

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOrder is the table of who takes a source that several could take.
func TestOrder_FirstThatFitsDecides(t *testing.T) {
	t.Parallel()

	workspace := map[string]string{
		"package.json":          `{"private":true,"workspaces":["apps/*"],"devDependencies":{"turbo":"*"},"scripts":{"build":"turbo run build"}}`,
		"apps/web/package.json": `{"name":"web","scripts":{"build":"nuxt build"},"dependencies":{"nuxt":"^4.0.0"}}`,
		"apps/api/package.json": `{"name":"api","scripts":{"start":"node server.js"}}`,
	}

	for name, test := range map[string]struct {
		files     map[string]string
		settings  Settings
		framework string
		context   string
	}{
		"a Dockerfile before all":              {with(nextApp, map[string]string{"Dockerfile": "FROM scratch\nEXPOSE 8080\n"}), Settings{}, FrameworkDockerfile, ""},
		"a Dockerfile of a name before all":    {with(nextApp, map[string]string{"docker/web.Dockerfile": "FROM scratch\n"}), Settings{DockerfilePath: "docker/web.Dockerfile"}, FrameworkDockerfile, ""},
		"a Dockerfile in a subdirectory":       {with(nextApp, map[string]string{"docker/Dockerfile": "FROM scratch\n"}), Settings{}, FrameworkNextJS, ""},
		"a Dockerfile in the root directory":   {with(nextApp, map[string]string{"docker/Dockerfile": "FROM scratch\n"}), Settings{RootDirectory: "docker"}, FrameworkDockerfile, ""},
		"Rails with a package.json":            {railsTree("8.0.2", []string{"puma (6.4.2)"}, serverApp), Settings{}, FrameworkRails, ""},
		"Rails with Vite":                      {railsTree("8.0.2", []string{"puma (6.4.2)"}, viteApp), Settings{}, FrameworkRails, ""},
		"Nuxt before Next.js":                  {map[string]string{"package.json": `{"scripts":{"build":"x"},"dependencies":{"nuxt":"4.0.0","next":"16.0.0"}}`}, Settings{}, FrameworkNuxt, ""},
		"Next.js before a server":              {with(nextApp, map[string]string{"server.js": ""}), Settings{}, FrameworkNextJS, ""},
		"Nuxt in a workspace":                  {workspace, Settings{RootDirectory: "apps/web"}, FrameworkNuxt, "."},
		"a server in a workspace":              {workspace, Settings{RootDirectory: "apps/api"}, FrameworkNode, "."},
		"a Dockerfile in a workspace":          {with(workspace, map[string]string{"apps/web/Dockerfile": "FROM scratch\n"}), Settings{RootDirectory: "apps/web"}, FrameworkDockerfile, ""},
		"Next.js with tests by Vite":           {with(nextApp, map[string]string{"package.json": `{"scripts":{"build":"next build"},"dependencies":{"next":"^16.0.0"},"devDependencies":{"vite":"*"}}`, "package-lock.json": npmLockOf(map[string]string{"next": "16.0.0", "vite": "8.0.0"})}), Settings{}, FrameworkNextJS, ""},
		"a server whose pages Vite builds":     {map[string]string{"package.json": `{"scripts":{"build":"vite build","start":"node server.js"},"devDependencies":{"vite":"*"}}`, "index.html": ""}, Settings{}, FrameworkNode, ""},
		"Vite before index.html":               {viteApp, Settings{}, FrameworkStatic, ""},
		"index.html beside tools":              {map[string]string{"index.html": "", "package.json": `{"scripts":{"lint":"prettier ."},"devDependencies":{"prettier":"*"}}`}, Settings{}, FrameworkStatic, ""},
		"an app inside of another's directory": {with(nextApp, map[string]string{"admin/package.json": serverApp["package.json"], "admin/package-lock.json": serverApp["package-lock.json"]}), Settings{RootDirectory: "admin"}, FrameworkNode, ""},
		"the top of a workspace that is an app": {
			with(nextApp, map[string]string{"pnpm-workspace.yaml": "packages:\n  - packages/*\n", "packages/ui/package.json": `{"name":"ui"}`}), Settings{}, FrameworkNextJS, "",
		},
		"with a .dockerignore": {with(nextApp, map[string]string{".dockerignore": "Dockerfile\nnode_modules\n"}), Settings{}, FrameworkNextJS, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan, err := Detect(newTree(t, test.files), test.settings)
			require.NoError(t, err)
			require.Equal(t, test.framework, plan.Framework, plan.Reason)
			require.Equal(t, test.context, plan.Context)
		})
	}
}

func TestOrder_NothingThatFits_SaysWhatIsMissing(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files map[string]string
		words []string
	}{
		"the top of a workspace": {
			map[string]string{"package.json": `{"workspaces":["apps/*","packages/*"]}`, "apps/web/package.json": nuxtApp["package.json"],
				"apps/docs/package.json": viteApp["package.json"], "packages/ui/package.json": `{"scripts":{"build":"tsc"}}`},
			[]string{"There are apps in apps/docs, apps/web: set the project's root directory to one of them."},
		},
		"an app in a subdirectory": {map[string]string{"web/package.json": nextApp["package.json"]}, []string{"There is an app in web: set the project's root directory to that."}},
		"no start script": {
			map[string]string{"package.json": `{"scripts":{"build":"tsc"}}`},
			[]string{"no package.json with a start script", `package.json has no start script. Add "start" to its scripts, such as "node server.js".`},
		},
		"a start script for development": {map[string]string{"package.json": `{"scripts":{"start":"ng serve"}}`}, []string{`start script, "ng serve", is for development`}},
		"package.json that is none":      {map[string]string{"package.json": `{`}, []string{"package.json is not valid JSON", "Correct it."}},
		"a lockfile of the app's own in a workspace": {
			map[string]string{"package.json": `{"workspaces":["a"]}`, "yarn.lock": "", "a/package.json": serverApp["package.json"], "a/package-lock.json": "{}"},
			[]string{"a has package-lock.json, and the workspace that it is part of has yarn.lock. Delete the first"},
		},
		"a path that no Dockerfile names": {
			map[string]string{"package.json": `{"workspaces":["a/*"],"scripts":{"start":"node x"}}`, "a/my app/package.json": "{}"}, []string{`The path "a/my app/package.json"`, "Rename it"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			settings := Settings{}
			if _, ok := test.files["a/package-lock.json"]; ok {
				settings.RootDirectory = "a"
			}

			detectError(t, test.files, settings, test.words...)
		})
	}
}

func TestOrder_AppWithALockfileOfItsOwn_StandsAlone(t *testing.T) {
	t.Parallel()

	plan := detectTree(t, map[string]string{
		"package.json": `{"workspaces":["a"]}`, "a/package.json": serverApp["package.json"], "a/package-lock.json": serverApp["package-lock.json"],
	}, Settings{RootDirectory: "a"})
	require.Empty(t, plan.Context)
	require.Contains(t, plan.Dockerfile, "COPY --parents package.json package-lock.json ./\n")
}
