package node

import (
	"slices"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/npmscript"
)

// developmentServers are the programs that serve what they build to its developer, by the subcommands that do. The empty one stands for the program alone.
//
//nolint:goconst // A table reads best with its words.
var developmentServers = map[string][]string{
	"astro":             {"dev", "preview", "start"},
	"craco":             {"start"},
	"docusaurus":        {"start", "serve"},
	"dumi":              {"dev", "preview"},
	"ember":             {"serve", "s", "server"},
	"expo":              {"start", "", "web", "run:web"},
	"firebase":          {"serve", "emulators:start"},
	"gatsby":            {"develop", "serve", "d"},
	"hexo":              {"server", "s"},
	"ionic":             {"serve"},
	"max":               {"dev"},
	"netlify":           {"dev"},
	"next":              {"dev", ""},
	"ng":                {"serve", "s", "dev"},
	"nitro":             {"dev"},
	"nitropack":         {"dev"},
	"nuxi":              {"dev"},
	"nuxt":              {"dev", ""},
	"nx":                {"serve", "dev", "preview", "start", "run-many"},
	"poi":               {"", "--serve"},
	"preact":            {"watch"},
	"quasar":            {"dev"},
	"react-app-rewired": {"start"},
	"react-native":      {"start"},
	"react-router":      {"dev"},
	"react-scripts":     {"start"},
	"react-scripts-ts":  {"start"},
	"remix":             {"dev"},
	"rsbuild":           {"dev", "preview", ""},
	"rspack":            {"serve", "server", "s", "dev", "preview"},
	"rspress":           {"dev", "preview"},
	"serverless":        {"offline"},
	"slidev":            {"", "dev"},
	"sls":               {"offline"},
	"snowpack":          {"dev"},
	"solid-start":       {"dev"},
	"storybook":         {"dev"},
	"svelte-kit":        {"dev", "preview"},
	"tauri":             {"dev"},
	"umi":               {"dev"},
	"vercel":            {"dev"},
	"vinxi":             {"dev"},
	"vitepress":         {"dev", "serve", "preview", ""},
	"vue-cli-service":   {"serve"},
	"vuepress":          {"dev"},
	"waku":              {"dev"},
	"webpack":           {"serve", "server", "s"},
	"wmr":               {"", "start", "serve"},
	"wrangler":          {"dev"},
	"yarn":              {"workspaces"},
}

// alwaysDevelopment are programs that do nothing else.
var alwaysDevelopment = []string{
	"webpack-dev-server", "rspack-dev-server", "start-storybook", "live-server", "browser-sync", "budo", "web-dev-server", "wds", "electron",
}

// builds are the subcommands of programs that serve to their developer unless they are told to build.
var builds = map[string][]string{"vite": {buildCommand, "optimize"}, "parcel": {buildCommand}, "eleventy": nil}

var (
	// watchers are programs that compile, and do so again whenever a file changes where one of these options says so. To servers the same options may mean
	// something else.
	watchers = []string{
		"tsc", "vue-tsc", "sass", "node-sass", "postcss", "tailwindcss", "rollup", "esbuild", "webpack", "babel", "swc", "tsup", "tsdown", "tsc-watch", "stencil",
		"lessc", "stylus", "unocss", "rspack", "eleventy",
	}
	watchOptions = []string{"-w", "--watch", "--serve", "--watchAll"}
)

const (
	nodeProgram  = "node"
	buildCommand = "build"
)

// isDevelopmentServer tells whether a command serves a site to its developer, or compiles again and again. It starts no server for visitors.
func isDevelopmentServer(command npmscript.Command) bool {
	program, sub := command.Program(), command.Subcommand()

	if building, known := builds[program]; known && !slices.Contains(building, sub) {
		return program != "eleventy" || command.Has(watchOptions...)
	}

	if slices.Contains([]string{"turbo", "lerna"}, program) {
		// They start all apps of a workspace, which would all want the same port, unless they are told which.
		return !command.Has("--filter", "--scope", "-F")
	}

	return slices.Contains(alwaysDevelopment, program) || slices.Contains(developmentServers[program], sub) ||
		slices.Contains(watchers, program) && command.Has(watchOptions...)
}

// restarts tells whether a command starts a server anew whenever a file changes. It does serve visitors, if there is nothing better.
func restarts(command npmscript.Command) bool {
	switch command.Program() {
	case "nodemon", "tsnd", "ts-node-dev", "node-dev", "nest", "adonis":
		return true
	case nodeProgram:
		return command.Has("--watch", "--watch-path") || len(command.Words) > 1 && command.Words[1] == "ace"
	case "tsx":
		return command.Is("tsx", "watch") || command.Has("--watch")
	case "bun":
		return command.Has("--watch", "--hot")
	case "fastify":
		return command.Has("-w", "--watch")
	default:
		return false
	}
}

// mocks are programs that stand in for a server while a site is developed. Alone they are one.
var mocks = []string{"json-server", "mockoon-cli", "prism"}

// startsServer tells whether a run ends in a server for visitors.
func startsServer(run npmscript.Run) bool {
	servers := lo.Reject(run.Ends, func(command npmscript.Command, _ int) bool { return isDevelopmentServer(command) })

	return len(servers) == len(run.Ends) && len(servers) > 0 ||
		lo.SomeBy(servers, func(command npmscript.Command) bool { return !slices.Contains(mocks, command.Program()) })
}

// isForDevelopment tells whether a run is meant for developers, even where it starts a server.
func isForDevelopment(run npmscript.Run) bool {
	return !startsServer(run) || lo.SomeBy(run.Ends, restarts)
}
