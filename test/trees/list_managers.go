package main

import (
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/client"
)

// managerTrees have dependencies that package managers install in their own ways.
func managerTrees(publicServers bool) []tree {
	answers := end{path: "/", text: "ok"}

	return []tree{
		{
			name: "12-pnpm9-lock-native", source: "nuxt/content#3249, WiseLibs/better-sqlite3#1331",
			right:   "The lockfile may be pnpm 9's, which runs install scripts without being told: they run, and fetch the native module or say why they cannot.",
			planned: planned{framework: buildplan.FrameworkNode, says: []string{"pnpm@9"}, open: "what the install scripts do"},
			ends:    lo.Ternary(publicServers, answers, end{fails: []string{"A dependency compiles itself", "https://nodejs.org/"}}),
		},
		{
			name: "13-git-dependency", source: "dword-design/nuxt-route-meta#108, stoplightio/prism#859, authorizerdev/authorizer#688",
			right: "A dependency comes from git: git is there when the dependencies are installed. This one's server does not exist, which the sentence says.",
			planned: planned{
				framework: buildplan.FrameworkNode, says: []string{"--no-install-recommends git "}, open: "what git says of the server",
			},
			ends: end{fails: []string{"git.example.org"}},
		},
		{
			name: "13b-git-ssh-dependency", source: "dword-design/nuxt-route-meta#108, stoplightio/prism#859, authorizerdev/authorizer#688",
			right:   "A dependency comes from git by SSH, where builds cannot sign in: the sentence says so before the build.",
			planned: planned{refused: []string{"git@github.com/acme/left", "SSH"}},
		},
		{
			name: "14-lefthook", source: "evilmartians/lefthook#341",
			right:   "prepare installs hooks for git, which needs a repository: it does not run in a build.",
			planned: planned{framework: buildplan.FrameworkNode, says: []string{"npm pkg delete scripts.prepare"}},
			ends:    answers,
		},
		{
			name: "18-pnpm-lockfile-per-package", source: "pnpm/pnpm#8334, pnpm/pnpm#9366",
			right:    "Every package of the workspace has a lockfile of its own: the app is built by its own.",
			settings: client.CreateProjectInputBody{RootDirectory: new("apps/api")},
			planned:  planned{framework: buildplan.FrameworkNode, says: []string{"pnpm@10.4.1", "--frozen-lockfile", "apps/api/pnpm-lock.yaml"}},
			ends:     end{path: "/", text: "ok 1s"},
		},
		{
			name: "31-pnpm-ignored-optional", source: "pnpm/pnpm#9216, pnpm/pnpm#11850, owncloud/richdocuments#631",
			right:   "A setting of pnpm keeps a dependency out of the lockfile, and pnpm accepts that: so does detection.",
			planned: planned{framework: buildplan.FrameworkNode, says: []string{"pnpm@10.34.9", "--frozen-lockfile"}},
			ends:    answers,
		},
		{
			name: "31b-pnpm-override-removes", source: "pnpm/pnpm#9216, pnpm/pnpm#11850, owncloud/richdocuments#631",
			right:   "An override of pnpm takes a dependency out, and pnpm accepts the lockfile without it: so does detection.",
			planned: planned{framework: buildplan.FrameworkNode, says: []string{"pnpm@10.34.9", "--frozen-lockfile"}},
			ends:    answers,
		},
		{
			name: "32-yarn1-workspace-dependency", source: "yarnpkg/yarn#4098, yarnpkg/yarn#5840, Automattic/wp-calypso#40923, vercel/turborepo#2691",
			right:    "The app depends on a package of its workspace, which Yarn 1 never writes into the lockfile: it is built.",
			settings: client.CreateProjectInputBody{RootDirectory: new("apps/web")},
			planned:  planned{framework: buildplan.FrameworkNode, says: []string{"yarn@1", "--frozen-lockfile"}},
			ends:     answers,
		},
	}
}
