package node

import (
	"slices"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/npmscript"
)

// siteBuilder is a program that builds a site of files, with what it takes to find the site.
type siteBuilder struct {
	name string
	// dependency is the package that tells that the program is used.
	dependency string
	// commands are those that build a site: programs, each with its subcommand where it has several.
	commands []string
	// only tells whether the program builds a site, where it could build a server, too; nil where it builds sites alone.
	only func(builtSite) bool
	// configs are the files that may configure the program, without extension.
	configs []string
	// output is the directory that the site is built to unless something else says so; empty where only the build itself tells.
	output string
	// outputs and bases are the places in the configuration of the output directory, and of the path below which the site expects to be served.
	outputs, bases [][]string
	// outputOptions and baseOptions are the options of the command for the same.
	outputOptions, baseOptions []string
	// outputVariable and baseVariable are environment variables for the same.
	outputVariable, baseVariable string
	// rooted says that the program may work in another directory than the app's, as Vite does: there is its output, too.
	rooted bool
	// told says that the program's command has to be there, as packages depend on it that are no sites.
	told bool
	// baseInPages says that only the pages tell below which path they expect to be served.
	baseInPages bool
	// pages says that each page is a file of its own. Otherwise index.html answers where there is no file.
	pages bool
	// hashed is static.Site.Hashed.
	hashed string
	// prefixes are the beginnings of the names of variables that become part of the site.
	prefixes []string
}

// usualOutput is the directory that most programs build to.
const usualOutput = "dist"

// siteBuilders are looked for in this order. Frameworks that use Vite or webpack come before these.
var siteBuilders = []siteBuilder{
	{
		name: "SvelteKit", dependency: "@sveltejs/kit", commands: []string{"vite build", "svelte-kit build"}, configs: []string{"svelte.config", "vite.config"},
		output: "build", bases: [][]string{{"kit", "paths", "base"}, {"paths", "base"}}, hashed: hashedBySvelteKit, pages: true, prefixes: []string{"PUBLIC_"},
		only: builtSite.isStaticKit,
	},
	{
		name: "React Router", dependency: "@react-router/dev", commands: []string{"react-router build"}, configs: []string{"react-router.config"},
		output: "build/client", hashed: hashedByVite, prefixes: []string{"VITE_"},
		only: func(site builtSite) bool { return site.config().At("ssr").IsFalse() },
	},
	{
		name: "Astro", dependency: "astro", commands: []string{"astro build"}, configs: []string{"astro.config"}, output: usualOutput, pages: true,
		outputs: [][]string{{"outDir"}}, bases: [][]string{{"base"}}, outputOptions: []string{"--outDir"}, baseOptions: []string{"--base"},
		hashed: hashedByAstro, prefixes: []string{"PUBLIC_"},
	},
	{name: "Angular", dependency: "@angular/core", commands: []string{"ng build", "ng b"}, hashed: hashedByAngular, baseOptions: []string{"--base-href"}},
	{
		name: "Docusaurus", dependency: "@docusaurus/core", commands: []string{"docusaurus build"}, configs: []string{"docusaurus.config"},
		output: "build", pages: true,
		bases: [][]string{{"baseUrl"}}, outputOptions: []string{"--out-dir"}, hashed: hashedByDocusaurus,
	},
	{
		name: "Gatsby", dependency: "gatsby", commands: []string{"gatsby build"}, output: "public",
		configs: []string{"gatsby-config"}, bases: [][]string{{"pathPrefix"}}, pages: true, hashed: hashedByGatsby, prefixes: []string{"GATSBY_"},
	},
	{
		name: "VitePress", dependency: "vitepress", commands: []string{"vitepress build"}, pages: true, baseInPages: true, outputOptions: []string{"--outDir"},
		baseOptions: []string{"--base"}, hashed: hashedByVitePress, prefixes: []string{"VITE_"},
	},
	{
		name: "Eleventy", dependency: "@11ty/eleventy", commands: []string{"eleventy"}, configs: []string{".eleventy", "eleventy.config"},
		output: "_site", pages: true,
		outputs: [][]string{{"dir", "output"}}, bases: [][]string{{"pathPrefix"}}, outputOptions: []string{"--output"}, baseOptions: []string{"--pathprefix"},
	},
	{
		name: "Vue CLI", dependency: "@vue/cli-service", commands: []string{"vue-cli-service build"}, configs: []string{"vue.config"}, output: usualOutput,
		outputs: [][]string{{"outputDir"}}, bases: [][]string{{"publicPath"}}, outputOptions: []string{"--dest"},
		hashed: hashedByVueCLI, prefixes: []string{"VUE_APP_"},
	},
	{
		name: "Vite", dependency: "vite", commands: []string{"vite build"}, configs: []string{"vite.config"}, output: usualOutput, rooted: true,
		outputs: [][]string{{"build", "outDir"}}, bases: [][]string{{"base"}}, outputOptions: []string{"--outDir"}, baseOptions: []string{"--base"},
		hashed: hashedByVite, prefixes: []string{"VITE_"},
	},
	{
		name: "Create React App", dependency: "react-scripts", commands: []string{"react-scripts build", "craco build", "react-app-rewired build"}, output: "build",
		outputVariable: "BUILD_PATH", baseVariable: "PUBLIC_URL", hashed: hashedByReactScripts, prefixes: []string{"REACT_APP_"},
	},
	{
		name: "Storybook", told: true, dependency: "storybook", commands: []string{"storybook build", "build-storybook"}, output: "storybook-static",
		pages: true, outputOptions: []string{"-o", "--output-dir"},
	},
	{name: "Rsbuild", dependency: "@rsbuild/core", commands: []string{"rsbuild build"}, baseInPages: true, prefixes: []string{"PUBLIC_"}},
	{
		name: "Parcel", dependency: "parcel", commands: []string{"parcel build"}, output: usualOutput,
		outputOptions: []string{"--dist-dir", "-d", "--out-dir"}, baseOptions: []string{"--public-url"},
	},
	{name: "Ember", dependency: "ember-cli", commands: []string{"ember build", "ember b"}, output: usualOutput, outputOptions: []string{"--output-path", "-o"}},
	{
		name: "Expo", dependency: "expo", commands: []string{"expo export"}, output: usualOutput,
		outputOptions: []string{"--output-dir"}, prefixes: []string{"EXPO_PUBLIC_"},
	},
	{name: "Hexo", dependency: "hexo", commands: []string{"hexo generate", "hexo g"}, output: "public", pages: true},
	{name: "VuePress", dependency: "vuepress", commands: []string{"vuepress build"}, pages: true, baseInPages: true},
	{name: "Rspress", dependency: "rspress", commands: []string{"rspress build"}, pages: true, baseInPages: true},
	{name: "Slidev", dependency: "@slidev/cli", commands: []string{"slidev build"}, baseInPages: true},
	{name: "Quasar", dependency: "quasar", commands: []string{"quasar build"}, baseInPages: true},
	{name: "Umi", dependency: "umi", commands: []string{"umi build", "max build"}, baseInPages: true},
	{name: "Stencil", dependency: "@stencil/core", commands: []string{"stencil build"}, told: true, baseInPages: true},
	{
		name: "webpack", dependency: "webpack", commands: []string{"webpack", "webpack build", "webpack b"}, told: true, baseInPages: true,
	},
	{name: "Rspack", dependency: "@rspack/core", commands: []string{"rspack", "rspack build", "rspack b"}, told: true, baseInPages: true},
}

// builds tells whether a command builds a site with the program.
func (b siteBuilder) builds(command npmscript.Command) bool {
	sub := command.Subcommand()

	return slices.Contains(b.commands, command.Program()) && (sub == "" || b.dependency == "@11ty/eleventy" || b.commands[0] == "build-storybook") ||
		slices.Contains(b.commands, command.Program()+" "+sub)
}

// siteOf returns the site that the app's build script builds; false where it builds none.
func siteOf(tree source.Tree, read packagejson.Manifest, settings project.ConfigSettings) (builtSite, bool) {
	scripts := project.Scripts(tree, read)

	name := siteScript(read, scripts)
	if read.Scripts[name] == "" {
		return builtSite{}, false
	}

	run := scripts.Script(name)

	// The command tells more than the dependencies, of which some are there for tests.
	told := buildsSite(run)

	if !told && (compilesOnly(run) || packagejson.HasWorkspaces(tree, read) && !isApp(tree, siteFiles...)) {
		return builtSite{}, false
	}

	for _, builder := range siteBuilders {
		command, found := run.Find(builder.builds)
		site := builtSite{siteBuilder: builder, tree: tree, read: read, settings: settings, script: name, command: command, found: found}

		if (found || !told && !builder.told) && site.isBuilt() {
			return site, true
		}
	}

	return builtSite{}, false
}

// buildsSite tells whether a script runs a command that builds a site.
func buildsSite(run npmscript.Run) bool {
	_, found := run.Find(func(command npmscript.Command) bool {
		return lo.SomeBy(siteBuilders, func(builder siteBuilder) bool { return builder.builds(command) })
	})

	return found
}

// siteScripts are the scripts that the installations of VitePress, VuePress and Storybook write, which leave build to the app beside the site.
var siteScripts = []string{"docs:build", "build-storybook"}

// siteScript is the name of the script that builds the site.
func siteScript(read packagejson.Manifest, scripts npmscript.Resolver) string {
	name := project.BuildScript(read, scripts)
	if read.Scripts[name] != "" {
		return name
	}

	site, _ := lo.Find(siteScripts, func(script string) bool { return read.Scripts[script] != "" && buildsSite(scripts.Script(script)) })

	return lo.CoalesceOrEmpty(site, name)
}

// isBuilt tells whether the app depends on the program, or calls it in another directory, and has it build a site.
func (s builtSite) isBuilt() bool {
	depends := s.read.Depends(s.dependency) || s.found && s.command.Directory != "."

	return depends && (s.only == nil || s.only(s))
}

// compilers are programs that make no pages.
var compilers = []string{
	"tsc", "tsup", "tsdown", "swc", "babel", "nest", "ncc", "pkgroll", "unbuild", "bunchee", "prisma", "eslint", "rimraf", "rm", "mkdir", "cp", "cpx",
	"copyfiles", "shx",
}

// siteFiles are patterns of files by which the top of a workspace is a site itself.
var siteFiles = []string{"index.html", "public/index.html", "*/index.html", "vite.config.*", "astro.config.*", "angular.json"}

// compilesOnly tells whether all that a build does is known and makes no site.
func compilesOnly(run npmscript.Run) bool {
	return len(run.Commands) > 0 && lo.EveryBy(run.Commands, func(command npmscript.Command) bool { return slices.Contains(compilers, command.Program()) })
}
