package node

import (
	"fmt"
	"regexp"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// serverFramework builds a server that a script of package.json has to start.
type serverFramework struct {
	dependency string
	// part is what makes that server one for Node, where the framework alone does not; empty where it does.
	part  string
	start string
}

var serverFrameworks = []serverFramework{
	{"@sveltejs/kit", "@sveltejs/adapter-node", "node build"},
	{"@astrojs/node", "", "node dist/server/entry.mjs"},
	{"@react-router/node", "@react-router/serve", "react-router-serve build/server/index.js"},
	{"@remix-run/node", "@remix-run/serve", "remix-serve build/server/index.js"},
	{"vinxi", "", "vinxi start"},
	{"@solidjs/start", "@solidjs/vite-plugin-nitro-2", nitroStart},
	{"@tanstack/react-start", "nitro", nitroStart},
	{"@tanstack/solid-start", "nitro", nitroStart},
	{"@analogjs/platform", "", "node dist/analog/server/index.mjs"},
	{"@builder.io/qwik-city", "", "node server/entry.express"},
	{"vike", "", "node build/index.js"},
}

const nitroStart = "node .output/server/index.mjs"

// checkServerStarts refuses a framework whose server no script starts.
func checkServerStarts(read packagejson.Manifest) error {
	server, ok := lo.Find(serverFrameworks, func(known serverFramework) bool { return read.Depends(known.dependency) })
	if !ok {
		return nil
	}

	install := ""
	if server.part != "" && !read.Depends(server.part) {
		install = fmt.Sprintf("Install %s, use it as its documentation says, and add ", server.part)
	}

	return problem.New(problem.Invalid, "package.json depends on %s, whose server must be started, and has no start script that does. "+
		"%s\"start\": %q to its scripts.", server.dependency, lo.CoalesceOrEmpty(install, "Add "), server.start)
}

var (
	foreignAdapter = regexp.MustCompile(`['"](@sveltejs/adapter-(?:auto|vercel|netlify|cloudflare)|@astrojs/(?:vercel|netlify|cloudflare))['"/]`)
	usableAdapter  = regexp.MustCompile(`['"](?:@sveltejs/adapter-(?:node|static)|svelte-adapter-[\w-]+|@astrojs/node)['"]`)
	onServer       = regexp.MustCompile(`\boutput\s*:\s*['"](?:server|hybrid)['"]`)
)

// checkAdapter refuses configurations whose build leaves nothing that could be started or served here.
func checkAdapter(tree source.Tree) error {
	for _, name := range []string{"svelte.config", "vite.config", "astro.config"} {
		config := project.ReadConfig(tree, name)
		if usableAdapter.MatchString(config) {
			continue
		}

		advice := "Use @sveltejs/adapter-node there in its place and add \"start\": \"node build\" to the scripts of package.json, " +
			"or @sveltejs/adapter-static for a site of files."
		if name == "astro.config" {
			advice = "Use @astrojs/node there, with mode: 'standalone', and add \"start\": \"node dist/server/entry.mjs\" to the scripts of package.json; " +
				"or let Astro make a site of files: no adapter, and output: 'static'."
		}

		match := foreignAdapter.FindStringSubmatch(config)

		switch {
		case match != nil:
			return problem.New(problem.Invalid, "%s uses %s, which does not build for a server of your own. %s", name, match[1], advice)
		case name == "astro.config" && onServer.MatchString(config):
			return problem.New(problem.Invalid, "%s has pages rendered on a server and no adapter for one. %s", name, advice)
		}
	}

	return nil
}

// hostVariable is the variable that has the app's server listen not only for its own machine; empty where it needs none.
func hostVariable(read packagejson.Manifest) string {
	switch {
	case read.Depends("@astrojs/node"):
		return "HOST=0.0.0.0"
	case read.Depends("fastify-cli"):
		return "FASTIFY_ADDRESS=0.0.0.0"
	default:
		return ""
	}
}
