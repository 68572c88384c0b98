package node

import (
	"regexp"

	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

var (
	// foreignAdapter matches an adapter for another platform.
	foreignAdapter = regexp.MustCompile(`['"](@sveltejs/adapter-(?:auto|vercel|netlify|cloudflare)|@astrojs/(?:vercel|netlify|cloudflare))['"/]`)
	// usableAdapter matches an adapter for Node or for a site of files.
	usableAdapter = regexp.MustCompile(`['"](?:@sveltejs/adapter-(?:node|static)|svelte-adapter-[\w-]+|@astrojs/node)['"]`)
	// onServer matches the option of Astro for pages that are rendered on a server.
	onServer = regexp.MustCompile(`\boutput\s*:\s*['"](?:server|hybrid)['"]`)
)

// checkAdapter refuses an app whose build leaves neither a server for Node nor a site of files.
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
