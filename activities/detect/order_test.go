package detect

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
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
		settings  buildplan.Settings
		framework string
		context   string
	}{
		"a Dockerfile before all":              {detecttest.With(detecttest.NextApp, map[string]string{"Dockerfile": "FROM scratch\nEXPOSE 8080\n"}), buildplan.Settings{}, buildplan.FrameworkDockerfile, ""},
		"a Dockerfile of a name before all":    {detecttest.With(detecttest.NextApp, map[string]string{"docker/web.Dockerfile": "FROM scratch\n"}), buildplan.Settings{DockerfilePath: "docker/web.Dockerfile"}, buildplan.FrameworkDockerfile, ""},
		"a Dockerfile in a subdirectory":       {detecttest.With(detecttest.NextApp, map[string]string{"docker/Dockerfile": "FROM scratch\n"}), buildplan.Settings{}, buildplan.FrameworkNextJS, ""},
		"a Dockerfile in the root directory":   {detecttest.With(detecttest.NextApp, map[string]string{"docker/Dockerfile": "FROM scratch\n"}), buildplan.Settings{RootDirectory: "docker"}, buildplan.FrameworkDockerfile, ""},
		"Rails with a package.json":            {detecttest.RailsTree("8.0.2", []string{"puma (6.4.2)"}, detecttest.ServerApp), buildplan.Settings{}, buildplan.FrameworkRails, ""},
		"Rails with Vite":                      {detecttest.RailsTree("8.0.2", []string{"puma (6.4.2)"}, detecttest.ViteApp), buildplan.Settings{}, buildplan.FrameworkRails, ""},
		"Nuxt before Next.js":                  {map[string]string{"package.json": `{"scripts":{"build":"x"},"dependencies":{"nuxt":"4.0.0","next":"16.0.0"}}`}, buildplan.Settings{}, buildplan.FrameworkNuxt, ""},
		"Next.js before a server":              {detecttest.With(detecttest.NextApp, map[string]string{"server.js": ""}), buildplan.Settings{}, buildplan.FrameworkNextJS, ""},
		"Nuxt in a workspace":                  {workspace, buildplan.Settings{RootDirectory: "apps/web"}, buildplan.FrameworkNuxt, "."},
		"a server in a workspace":              {workspace, buildplan.Settings{RootDirectory: "apps/api"}, buildplan.FrameworkNode, "."},
		"a Dockerfile in a workspace":          {detecttest.With(workspace, map[string]string{"apps/web/Dockerfile": "FROM scratch\n"}), buildplan.Settings{RootDirectory: "apps/web"}, buildplan.FrameworkDockerfile, ""},
		"Next.js with tests by Vite":           {detecttest.With(detecttest.NextApp, map[string]string{"package.json": `{"scripts":{"build":"next build"},"dependencies":{"next":"^16.0.0"},"devDependencies":{"vite":"*"}}`, "package-lock.json": detecttest.NPMLock(map[string]string{"next": "16.0.0", "vite": "8.0.0"})}), buildplan.Settings{}, buildplan.FrameworkNextJS, ""},
		"a server whose pages Vite builds":     {map[string]string{"package.json": `{"scripts":{"build":"vite build","start":"node server.js"},"devDependencies":{"vite":"*"}}`, "index.html": ""}, buildplan.Settings{}, buildplan.FrameworkNode, ""},
		"Vite before index.html":               {detecttest.ViteApp, buildplan.Settings{}, buildplan.FrameworkStatic, ""},
		"index.html beside tools":              {map[string]string{"index.html": "", "package.json": `{"scripts":{"lint":"prettier ."},"devDependencies":{"prettier":"*"}}`}, buildplan.Settings{}, buildplan.FrameworkStatic, ""},
		"an app inside of another's directory": {detecttest.With(detecttest.NextApp, map[string]string{"admin/package.json": detecttest.ServerApp["package.json"], "admin/package-lock.json": detecttest.ServerApp["package-lock.json"]}), buildplan.Settings{RootDirectory: "admin"}, buildplan.FrameworkNode, ""},
		"the top of a workspace that is an app": {
			detecttest.With(detecttest.NextApp, map[string]string{"pnpm-workspace.yaml": "packages:\n  - packages/*\n", "packages/ui/package.json": `{"name":"ui"}`}), buildplan.Settings{}, buildplan.FrameworkNextJS, "",
		},
		"with a .dockerignore": {detecttest.With(detecttest.NextApp, map[string]string{".dockerignore": "Dockerfile\nnode_modules\n"}), buildplan.Settings{}, buildplan.FrameworkNextJS, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan, err := Detect(detecttest.NewTree(t, test.files), test.settings)
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
			map[string]string{"package.json": `{"workspaces":["apps/*","packages/*"]}`, "apps/web/package.json": detecttest.NuxtApp["package.json"],
				"apps/docs/package.json": detecttest.ViteApp["package.json"], "packages/ui/package.json": `{"scripts":{"build":"tsc"}}`},
			[]string{"There are apps in apps/docs, apps/web: set the project's root directory to one of them."},
		},
		"the top of a workspace that starts all of it": {
			map[string]string{"package.json": `{"workspaces":["apps/*"],"scripts":{"build":"turbo run build","start":"turbo run start"},"devDependencies":{"turbo":"*","vite":"*"}}`,
				"apps/web/package.json": detecttest.NextApp["package.json"]},
			[]string{"There is an app in apps/web: set the project's root directory to that."},
		},
		"the top of a workspace of Nx": {
			map[string]string{"package.json": `{"scripts":{"start":"nx serve"},"devDependencies":{"nx":"*"}}`, "nx.json": "{}",
				"apps/api/project.json": `{"targets":{"build":{"executor":"@nx/js:node","options":{"outputPath":"dist/apps/api"}}}}`, "apps/api-e2e/project.json": "{}", "libs/ui/project.json": `{"projectType":"library"}`},
			[]string{"There is an app in apps/api: set the project's root directory to that."},
		},
		"a library with tests by Vite": {
			map[string]string{"package.json": `{"scripts":{"build":"tsc"},"devDependencies":{"vite":"*","typescript":"*"}}`}, []string{"package.json has no start script"},
		},
		"index.html beside Python": {map[string]string{"index.html": "", "app.py": "SECRET = 1"}, []string{"There is index.html beside app.py"}},
		"an app in a subdirectory": {map[string]string{"web/package.json": detecttest.NextApp["package.json"]}, []string{"There is an app in web: set the project's root directory to that."}},
		"no start script": {
			map[string]string{"package.json": `{"scripts":{"build":"tsc"}}`},
			[]string{"no package.json with a start script", `package.json has no start script. Add "start" to its scripts, such as "node server.js".`},
		},
		"no start script, and a main file that the build makes": {
			map[string]string{"package.json": `{"main":"dist/index.js","scripts":{"build":"tsc"},"dependencies":{"express":"*"}}`}, []string{`such as "node dist/index.js".`},
		},
		"an app in Python with styles by Node": {
			map[string]string{"package.json": `{"scripts":{"build":"tailwindcss"}}`, "requirements.txt": "django", "manage.py": ""}, []string{"There is requirements.txt, so this is an app in Python"},
		},
		"a script in Python beside package.json": {map[string]string{"package.json": `{"scripts":{"build":"tsc"}}`, "deploy.py": ""}, []string{"package.json has no start script."}},
		"a start script for development":         {map[string]string{"package.json": `{"scripts":{"start":"ng serve"}}`}, []string{`start script, "ng serve", is for development`}},
		"package.json that is none":              {map[string]string{"package.json": `{`}, []string{"package.json is not valid JSON", "Correct it."}},
		"an engine of Rails":                     {detecttest.RailsTree("8.0.1", nil, map[string]string{"config/application.rb": detecttest.Absent}), []string{"no Gemfile with Rails"}},
		"Ruby without Rails": {
			detecttest.RailsTree("8.0.1", nil, map[string]string{"Gemfile": "gem \"sinatra\"\n", "Gemfile.lock": "GEM\n  specs:\n    sinatra (4.0.0)\n"}),
			[]string{"no Gemfile with Rails"},
		},
		"Ruby without a lockfile": {
			detecttest.RailsTree("8.0.1", nil, map[string]string{"Gemfile": "gem \"sinatra\"\n", "Gemfile.lock": detecttest.Absent}), []string{"no Gemfile with Rails"},
		},
		"a package for Laravel": {
			detecttest.NewLaravel(map[string]string{"artisan": "", "index.html": "x"}), []string{"index.html beside", "an app in PHP", "Add a Dockerfile"},
		},
		"another framework than Laravel": {
			detecttest.NewLaravel(map[string]string{"composer.json": `{"require":{"symfony/console":"*"}}`, "index.html": "x"}), []string{"index.html beside composer.json", "an app in PHP"},
		},
		"nothing known": {map[string]string{"main.py": ""}, []string{"no Dockerfile", "There is main.py, so this is an app in Python, which is not built without a Dockerfile. Add one."}},
		"a Dockerfile elsewhere": {
			map[string]string{"apps/web/Dockerfile": "FROM scratch", ".devcontainer/Dockerfile": "FROM scratch"},
			[]string{"There is a Dockerfile in apps/web: set the project's root directory to that where the app stands there, or else its Dockerfile to apps/web/Dockerfile"},
		},
		"an app beside the workspace": {
			map[string]string{"package.json": `{"workspaces":["packages/*"]}`, "packages/ui/package.json": "{}", "services/api/package.json": detecttest.ServerApp["package.json"]},
			[]string{"There is an app in services/api: set the project's root directory to that."},
		},
		"the top of a workspace that starts all of it by Yarn": {
			map[string]string{"package.json": `{"workspaces":["a"],"scripts":{"start":"yarn workspaces foreach -A run start"}}`, "a/package.json": detecttest.ServerApp["package.json"]},
			[]string{"There is an app in a: set the project's root directory to that."},
		},
		"a site in a subdirectory": {
			map[string]string{"docs/index.html": "x", "README.md": ""}, []string{"There is a page in docs: set the project's root directory to that where it is a site of files, or else add a Dockerfile."},
		},
		"only what an editor runs in": {map[string]string{".devcontainer/Dockerfile": "FROM scratch"}, []string{"Add a Dockerfile, or set the project's root directory to where it stands."}},
		"apps in several languages": {
			map[string]string{"backend/artisan": "", "web/package.json": detecttest.NextApp["package.json"], "admin/bin/rails": "", "worker/Dockerfile": "FROM scratch", "docker/Dockerfile": "FROM scratch"},
			[]string{"There are apps in admin, backend, web, worker: set the project's root directory to one of them."},
		},
		"apps with a Dockerfile each": {
			map[string]string{"api/Dockerfile": "FROM scratch", "web/Dockerfile": "FROM scratch"}, []string{"There are apps in api, web: set the project's root directory to one of them."},
		},
		"a path that no Dockerfile names": {
			map[string]string{"package.json": `{"workspaces":["a/*"],"scripts":{"start":"node x"}}`, "a/my app/package.json": "{}"}, []string{`The path "a/my app/package.json"`, "Rename it"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			settings := buildplan.Settings{}
			if _, ok := test.files["a/package-lock.json"]; ok {
				settings.RootDirectory = "a"
			}

			_, err := Detect(detecttest.NewTree(t, test.files), settings)
			detecttest.RequireUsers(t, err, test.words...)
		})
	}
}

func TestOrder_AppWithALockfileOfItsOwn_StandsAlone(t *testing.T) {
	t.Parallel()

	plan, err := Detect(detecttest.NewTree(t, map[string]string{
		"package.json": `{"workspaces":["a"]}`, "a/package.json": detecttest.ServerApp["package.json"], "a/package-lock.json": detecttest.ServerApp["package-lock.json"],
	}), buildplan.Settings{RootDirectory: "a"})
	require.NoError(t, err)
	require.Empty(t, plan.Context)
	require.Contains(t, plan.Dockerfile, "COPY --parents package.json package-lock.json ./\n")
}

func TestOrder_DockerfileThatTheProjectNames_IsLookedForByThatName(t *testing.T) {
	t.Parallel()

	_, err := Detect(detecttest.NewTree(t, map[string]string{"Dockerfile": "FROM scratch"}), buildplan.Settings{DockerfilePath: "web.Dockerfile"})
	detecttest.RequireUsers(t, err, "no web.Dockerfile")
}
