package nx

import (
	"path"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// framework is one whose configuration tells that Nx builds an app with it.
type framework struct {
	// configs are patterns of its files, and executors are parts of the names of what builds with it.
	configs, executors []string
	// needed are the packages by which detection knows it.
	needed []string
	// script stands for what Nx runs.
	script string
	// outputOption names the output directory in the script; empty where it has no such option.
	outputOption string
}

// frameworks are looked for in this order.
var frameworks = []framework{
	{[]string{"next.config.*"}, []string{"/next:"}, []string{"next", "react"}, "next build", ""},
	{[]string{"nuxt.config.*"}, []string{"/nuxt:"}, []string{"nuxt"}, "nuxt build", ""},
	{[]string{"astro.config.*"}, []string{"astro"}, []string{"astro"}, "astro build", ""},
	{nil, []string{"/angular:", "build-angular:", "@angular/build:"}, []string{"@angular/core"}, "ng build", ""},
	{[]string{"vite.config.*"}, []string{"/vite:"}, []string{"vite"}, "vite build", "--outDir"},
	{[]string{"rsbuild.config.*"}, []string{"/rsbuild:"}, []string{"@rsbuild/core"}, "rsbuild build", ""},
}

// serverExecutors are parts of the names of what builds or starts a server.
var serverExecutors = []string{"/js:", "/node:", "/esbuild:", "/nest:"}

// scripts are those that stand for what Nx runs, and the packages by which detection knows the framework. They are empty where it is not known what Nx does.
func (p project) scripts(tree source.Tree, directory string) (scripts map[string]string, needed []string) {
	build := p.Targets["build"]
	output := build.outputPath(directory)

	if p.isServer() {
		return map[string]string{"build": "nx build", "start": "node " + path.Join(output, p.mainFile(build))}, nil
	}

	if strings.Contains(build.Executor, "/next:") && output != "" && output != "." {
		// Nx puts all that `next start` needs below the output directory.
		next := path.Join(up(directory), "node_modules/next/dist/bin/next")

		return map[string]string{"build": "next build", "start": "node " + next + " start " + output}, nil
	}

	for _, known := range frameworks {
		if !known.builds(tree, build) {
			continue
		}

		script := known.script
		if output != "" && known.outputOption != "" {
			script += " " + known.outputOption + "=" + output
		}

		return map[string]string{"build": script}, known.needed
	}

	if build.Executor != "" || source.Exists(tree, "webpack.config.*") || source.Exists(tree, "rspack.config.*") {
		return map[string]string{"build": "webpack build"}, []string{"webpack", "@rspack/core"}
	}

	return nil, nil
}

// up is the path from the app's directory to the top of its workspace.
func up(directory string) string {
	return strings.Repeat("../", strings.Count(directory, "/")+1)
}

// builds tells whether the framework builds the app.
func (f framework) builds(tree source.Tree, build target) bool {
	for _, part := range f.executors {
		if strings.Contains(build.Executor, part) {
			return true
		}
	}

	if build.Executor != "" && build.Executor != "nx:run-commands" {
		return false
	}

	for _, pattern := range f.configs {
		if source.Exists(tree, pattern) {
			return true
		}
	}

	return false
}

// isServer tells whether the app is a server that Node runs.
func (p project) isServer() bool {
	build, serve := p.Targets["build"], p.Targets["serve"]

	for _, part := range serverExecutors {
		if strings.Contains(build.Executor, part) || strings.HasSuffix(serve.Executor, part+"node") {
			return build.outputPath(".") != ""
		}
	}

	return build.Options.Target == "node" && build.outputPath(".") != ""
}

// mainFile is the file that starts the server, below the output directory.
func (p project) mainFile(build target) string {
	if build.Options.OutputFileName != "" {
		return build.Options.OutputFileName
	}

	name := path.Base(build.Options.Main)
	if build.Options.Main == "" {
		name = "main.ts"
	}

	name = strings.TrimSuffix(name, path.Ext(name)) + ".js"

	// TypeScript's compiler keeps the directories of the sources.
	if strings.HasSuffix(build.Executor, "/js:tsc") || strings.HasSuffix(build.Executor, "/js:swc") {
		return path.Join(path.Base(path.Dir(build.Options.Main)), name)
	}

	return name
}
