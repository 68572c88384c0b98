package main

import "github.com/zeitwork/zeitwork/activities/detect/buildplan"

// siteTrees have configurations that are read wrongly where they are not understood, and a site that is none.
func siteTrees() []tree {
	return []tree{
		{
			name: "08-nuxt-preset-of-a-module", source: "vuetifyjs/nuxt-module#175, nuxt-hub/cli#37",
			right:   "A module's option is called preset, and Nitro's is not set: Nitro builds its server for Node.",
			planned: planned{framework: buildplan.FrameworkNuxt, says: []string{"NITRO_PRESET=node-server"}},
			ends:    end{path: "/", text: "on air"},
		},
		{
			name: "09-nuxt-generate-spa", source: "coollabsio/coolify#3039",
			right:   "A site that Nuxt generates without a server has 200.html for addresses that only the browser knows: they answer with it.",
			planned: planned{framework: buildplan.FrameworkNuxt, says: []string{"200.html"}},
			ends:    end{path: "/items/7", text: `id="__nuxt"`},
		},
		{
			name: "10-vite-root-of-vitest", source: "jbaubree/vite-plugin-sitemap#82",
			right:   "The option root is that of the tests: the site is taken from dist.",
			planned: planned{framework: buildplan.FrameworkStatic, says: []string{"mv dist /output/site"}},
			ends:    end{path: "/", text: "/assets/index-"},
		},
		{
			name: "11-index-html-beside-python", source: "railwayapp/nixpacks#77",
			right:   "A page stands beside an app in Python: the sentence says that Python is not built without a Dockerfile, and its sources are served to nobody.",
			planned: planned{refused: []string{"Python", "Dockerfile"}},
		},
		{
			name: "16-next-tracing-root", source: "vercel/next.js#78446, decolua/9router#1067, ambient-code/platform#1620",
			right:   "outputFileTracingRoot above the app puts the standalone server into a directory further down: it is found.",
			planned: planned{framework: buildplan.FrameworkNextJS, says: []string{"standalone"}, open: "where the build leaves the server"},
			ends:    end{path: "/", text: "<p>web</p>"},
		},
		{
			name: "29-next-export-by-condition", source: "opennextjs/opennextjs-netlify#97, opennextjs/opennextjs-netlify#546, opennextjs/opennextjs-netlify#503",
			right:   "output is 'export' under a condition that next build meets: the exported site is served.",
			planned: planned{framework: buildplan.FrameworkNextJS, says: []string{"mv out /output/site"}},
			ends:    end{path: "/", text: "<p>web</p>"},
		},
	}
}
