package detect

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// siteBuilder makes a site of files.
type siteBuilder struct {
	name string
	// dependency tells that it is used.
	dependency string
	// output is where its site is, unless its configuration says something else.
	output string
	config string
	outDir *regexp.Regexp
	hashed string
	// prefixes are of variables that end in the site.
	prefixes []string
}

var siteBuilders = []siteBuilder{
	{
		name: "Astro", dependency: "astro", output: "dist", config: "astro.config", prefixes: []string{"PUBLIC_"},
		outDir: regexp.MustCompile("\\boutDir\\s*:\\s*['\"`]([A-Za-z0-9_./-]+)['\"`]"),
	},
	{
		name: "Vite", dependency: "vite", output: "dist", config: "vite.config", hashed: hashedByVite, prefixes: []string{"VITE_"},
		outDir: regexp.MustCompile("\\boutDir\\s*:\\s*['\"`]([A-Za-z0-9_./-]+)['\"`]"),
	},
	{
		name: "Create React App", dependency: "react-scripts", output: "build", prefixes: []string{"REACT_APP_"},
	},
}

// serverFrameworks build with Vite and need a server of their own.
var serverFrameworks = []string{
	"@sveltejs/kit", "@remix-run/node", "@react-router/node", "@solidjs/start", "@tanstack/react-start", "@tanstack/solid-start", "@astrojs/node",
	"@builder.io/qwik-city", "vike", "vinxi", "@analogjs/platform",
}

// detectSite takes an app whose build leaves files and that starts no server.
func detectSite(app source, settings Settings) (Plan, bool, error) {
	read, ok, err := readManifest(app, ".")
	if err != nil || !ok || read.Scripts["build"] == "" || startsServer(app, read) {
		return Plan{}, false, err
	}

	builder, ok := lo.Find(siteBuilders, func(builder siteBuilder) bool { return read.depends(builder.dependency) })
	if !ok {
		return Plan{}, false, nil
	}

	if server, ok := lo.Find(serverFrameworks, read.depends); ok {
		return Plan{}, false, problem.New(problem.Invalid, "package.json depends on %s, whose server must be started, and has no start script. "+
			"Add \"start\" to its scripts, such as \"node build/index.js\".", server)
	}

	project, err := openNode(app, settings, read)
	if err != nil {
		return Plan{}, false, err
	}

	plan := project.plan(FrameworkStatic)
	plan.Versions[strings.ToLower(builder.dependency)] = project.versionOf(builder.dependency)
	plan.Arguments = project.publicVariables(builder.prefixes...)

	dockerfile, err := project.dockerfile(&plan, fmt.Sprintf("a site that %s builds", builder.name))
	if err != nil {
		return Plan{}, false, err
	}

	dockerfile.Output = builder.outputOf(app, read)
	site := staticSite{
		Stage: "build", Path: outputSite, Hashed: builder.hashed, Port: plan.Port,
		SinglePage: builder.dependency != "astro" && !isFile(app, "public/404.html"),
	}

	dockerfile.BuildMounts = cacheMount(builder.dependency, project.inApp("node_modules", ".cache")) + dockerfile.BuildMounts
	plan.Reason = project.reason(fmt.Sprintf("package.json has a build script and depends on %s, and it starts no server. "+
		"What is built in %s is served by nginx.", builder.dependency, dockerfile.Output))
	plan.Dockerfile = dockerfile.renderSite(site, settings.BaseImages)

	return plan, true, nil
}

// outputOf is where the site is built, relative to the app.
func (b siteBuilder) outputOf(app source, read manifest) string {
	if match := regexp.MustCompile(`--outDir[ =]([A-Za-z0-9_./-]+)`).FindStringSubmatch(read.Scripts["build"]); match != nil {
		return path.Clean(match[1])
	}

	root := ""

	if b.config != "" {
		config := readConfig(app, b.config)
		if match := regexp.MustCompile("(?m)^\\s*root\\s*:\\s*['\"`]([A-Za-z0-9_./-]+)['\"`]").FindStringSubmatch(config); match != nil && b.dependency == "vite" {
			root = match[1]
		}

		if match := b.outDir.FindStringSubmatch(config); match != nil {
			return path.Join(root, match[1])
		}
	}

	return path.Join(root, b.output)
}

// renderSite writes the Dockerfile of what is served as files.
func (d *nodeDockerfile) renderSite(site staticSite, images BaseImages) string {
	return render("node_site.Dockerfile.tmpl", struct {
		*nodeDockerfile

		Site string
	}{d, site.stages(images)})
}

// hasWorkspaces tells whether packages below have package.json files of their own.
func hasWorkspaces(app source, read manifest) bool {
	return len(read.workspaces()) > 0 || isFile(app, pnpmWorkspace)
}

// isApp tells whether a framework's files stand there, beside those of a workspace.
func isApp(app source, patterns ...string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return exists(app, pattern) })
}
