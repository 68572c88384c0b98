package node

import (
	"regexp"
	"slices"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// staticAdapter has SvelteKit build a site of files.
const staticAdapter = "@sveltejs/adapter-static"

var (
	// foreignAdapter matches an adapter for another platform.
	foreignAdapter = regexp.MustCompile(`^(@sveltejs/adapter-(?:auto|vercel|netlify|cloudflare)|@astrojs/(?:vercel|netlify|cloudflare))(?:/|$)`)
	// usableAdapter matches an adapter for Node or for a site of files.
	usableAdapter = regexp.MustCompile(`^(?:@sveltejs/adapter-(?:node|static)|svelte-adapter-[\w-]+|@astrojs/node)$`)
)

// checkAdapter refuses an app whose build leaves neither a server for Node nor a site of files.
func checkAdapter(tree source.Tree, settings buildplan.Settings) error {
	for _, name := range []string{"svelte.config", "vite.config", "astro.config"} {
		config := project.ReadConfig(tree, ".", name, project.ConfigSettings{Settings: settings})
		if slices.ContainsFunc(config.Imports, usableAdapter.MatchString) {
			continue
		}

		advice := "Use @sveltejs/adapter-node there in its place and add \"start\": \"node build\" to the scripts of package.json, " +
			"or @sveltejs/adapter-static for a site of files."
		if name == "astro.config" {
			advice = "Use @astrojs/node there, with mode: 'standalone', and add \"start\": \"node dist/server/entry.mjs\" to the scripts of package.json; " +
				"or let Astro make a site of files: no adapter, and output: 'static'."
		}

		foreign, found := lo.Find(config.Imports, foreignAdapter.MatchString)
		output := config.At("output").TextOr("")

		switch {
		case found:
			return problem.New(problem.Invalid, "%s uses %s, which does not build for a server of your own. %s",
				name, foreignAdapter.FindStringSubmatch(foreign)[1], advice)
		case name == "astro.config" && config.At("adapter").IsUnset() && (output == "server" || output == "hybrid"):
			return problem.New(problem.Invalid, "%s has pages rendered on a server and no adapter for one. %s", name, advice)
		}
	}

	return nil
}
