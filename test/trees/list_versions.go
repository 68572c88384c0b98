package main

import (
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

// versionTrees ask for a version of Node or of a package manager, or have files that their editor has not written as plain UTF-8.
func versionTrees(publicServers bool) []tree {
	answers := end{path: "/", text: "ok 1s"}

	return []tree{
		{
			name: "01-pnpm-engines-range", source: "pnpm/pnpm#8869, vercel/vercel#13083, railwayapp/railpack#678",
			right:   "engines.pnpm asks for a line of pnpm, which enforces it: one of that line is installed.",
			planned: planned{framework: buildplan.FrameworkNode, says: []string{"pnpm@9"}},
			ends:    answers,
		},
		{
			name: "02b-node-exact-yarn1", source: "coollabsio/coolify#6219",
			right: "engines.node asks for an exact version, and Yarn 1 insists on it: it is installed, or the sentence says which versions there are.",
			planned: planned{
				framework: buildplan.FrameworkNode, says: []string{"node:22.11.0-slim", "yarn@1"}, open: "whether the registry has an image of that version",
			},
			ends: lo.Ternary(publicServers, answers, end{fails: []string{"asks for Node 22.11.0", "there are"}}),
		},
		{
			name: "03-devengines-no-lock", source: "vercel/vercel#17562, railwayapp/railpack#703",
			right:   "devEngines asks for pnpm and a line of Node, and there is no lockfile: both are installed, as npm refuses such a project.",
			planned: planned{framework: buildplan.FrameworkNode, says: []string{"node:22-", "pnpm@10"}},
			ends:    answers,
		},
		{
			name: "03b-devengines-lock", source: "railwayapp/railpack#616, railwayapp/railpack#703",
			right:   "devEngines.runtime asks for a line of Node, which is installed.",
			planned: planned{framework: buildplan.FrameworkNode, says: []string{"node:22-", "pnpm@10", "--frozen-lockfile"}},
			ends:    answers,
		},
		{
			name: "17-nvmrc-utf16", source: "leonagoel/hybrid-recommender#1126, process-analytics/bpmn-visualization-pm4py#37",
			right:   ".nvmrc is UTF-16, as PowerShell writes it: it is read all the same.",
			planned: planned{framework: buildplan.FrameworkNode, says: []string{"node:22.15.0-slim"}},
			ends:    answers,
		},
		{
			name: "17c-package-json-bom-static", source: "1024XEngineer/bytemind#458, navali-creations/soothsayer#139",
			right:   "package.json begins with a byte order mark, which npm accepts: the site beside it is served.",
			planned: planned{framework: buildplan.FrameworkStatic},
			ends:    end{path: "/", text: "<p>hi</p>"},
		},
		{
			name: "17d-lock-bom", source: "1024XEngineer/bytemind#458, navali-creations/soothsayer#139",
			right:   "package.json and package-lock.json begin with a byte order mark, and npm reads both: npm ci installs what is locked.",
			planned: planned{framework: buildplan.FrameworkNode, says: []string{"npm ci"}},
			ends:    answers,
		},
	}
}
