package node

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/complaint"
)

func TestComplaints_SayWhatToChange(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ output, sentence string }{
		"npm, out of step": {
			"npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync. " +
				"Please update your lock file with `npm install` before continuing.\nnpm error\nnpm error Missing: left-pad@1.3.0 from lock file\n",
			"package-lock.json is out of step with package.json: it lacks left-pad@1.3.0. Run npm install and commit package-lock.json.",
		},
		"npm, peers": {
			"npm error code ERESOLVE\nnpm error ERESOLVE unable to resolve dependency tree\nnpm error\nnpm error While resolving: a@1.0.0\nnpm error Found: react@19.0.0\n" +
				"npm error\nnpm error Could not resolve dependency:\nnpm error peer react@\"^18\" from old@1.0.0\n",
			`npm finds no set of versions that all dependencies accept: peer react@"^18" from old@1.0.0.`,
		},
		"npm, engine":     {"npm error code EBADENGINE\nnpm error engine Unsupported engine\nnpm error notsup Required: {\"node\":\">=26\"}\n", "Node >=26, and the build has another."},
		"npm, not there":  {"npm error code E404\nnpm error 404 Not Found - GET https://registry.npmjs.org/nope\nnpm error 404  'nope@1' is not in this registry.\n", "The package nope@1 is not in the registry."},
		"npm, no version": {"npm error code ETARGET\nnpm error notarget No matching version found for next@99.0.0.\n", "The package next@99.0.0 is not in the registry."},
		"npm, private":    {"npm error code E401\nnpm error Incorrect or missing password.\n", "${NPM_TOKEN}"},
		"pnpm, out of step": {
			" ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with \"frozen-lockfile\" because pnpm-lock.yaml is not up to date with package.json\n",
			"Run pnpm install and commit pnpm-lock.yaml.",
		},
		"npm, another version": {
			"npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.\nnpm error\nnpm error Invalid: lock file's left-pad@1.3.0 does not satisfy left-pad@2.0.0\n",
			"it has left-pad@1.3.0, and package.json asks for left-pad@2.0.0.",
		},
		"pnpm, out of step by one": {
			" ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with \"frozen-lockfile\" because pnpm-lock.yaml is not up to date with <ROOT>/package.json\n\n" +
				"    Failure reason:\n    specifiers in the lockfile don't match specifiers in package.json:\n* 1 dependencies were added: is-even@1.0.0\n",
			"where dependencies were added: is-even@1.0.0. Run pnpm install",
		},
		"pnpm, itself": {
			" ERR_PNPM_UNSUPPORTED_ENGINE  Unsupported environment (bad pnpm and/or Node.js version)\n\nYour pnpm version is incompatible with \"/app\".\n\nExpected version: 9.x\nGot: 10.4.1\n",
			"engines in package.json asks for pnpm 9.x, and the dependencies are installed with 10.4.1.",
		},
		"npm, devEngines": {
			"npm error code EBADDEVENGINES\nnpm error EBADDEVENGINES The developer of this package has specified the following through devEngines\n" +
				"npm error EBADDEVENGINES Invalid devEngines.runtime\nnpm error EBADDEVENGINES Invalid semver version \"22.11.0\" does not match \"v22.23.3\" for \"runtime\"\n",
			`devEngines in package.json asks for: "22.11.0" does not match "v22.23.3" for "runtime".`,
		},
		"SSH":                        {"npm error git@github.com: Permission denied (publickey).\nnpm error fatal: Could not read from remote repository.\n", "by SSH, for which builds have no key"},
		"a private one":              {"npm error fatal: could not read Username for 'https://github.com': No such device or address\n", "A dependency comes from https://github.com, which is private"},
		"no repository":              {"fatal: not a git repository (or any of the parent directories): .git\n", "The build asks git about the repository"},
		"no git":                     {"> app@ build\n> git rev-parse HEAD\n\nsh: 1: git: not found\n", "The build calls git, which is not there"},
		"no git, from Node":          {"Error: spawnSync git ENOENT\n", "The build calls git, which is not there"},
		"pnpm, Node":                 {"ERROR: This version of pnpm requires at least Node.js v22.13\n", `Write ">=22.13" into engines.node`},
		"pnpm, scripts":              {"[ERR_PNPM_IGNORED_BUILDS] Ignored build scripts: esbuild\n", "pnpm approve-builds"},
		"yarn 1, out of step":        {"error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.\n", "Run yarn install and commit yarn.lock."},
		"yarn 1, engine":             {"error a@1.0.0: The engine \"node\" is incompatible with this module. Expected version \">= 26\". Got \"24.1.0\"\n", "needs Node >= 26, and the build has another."},
		"yarn 4, out of step":        {"➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.\n", "Run yarn install and commit yarn.lock."},
		"bun, out of step":           {"error: lockfile had changes, but lockfile is frozen\n", "Run bun install"},
		"no compiler":                {"npm error gyp ERR! find Python\nnpm error gyp ERR! not ok\n", "A dependency could not compile itself."},
		"of another system":          {"Error: Cannot find module @rollup/rollup-linux-x64-gnu. npm has a bug\n", "written on another system"},
		"of another system, esbuild": {"Error: The package \"@esbuild/linux-x64\" could not be found, and is needed by esbuild.\n", "written on another system"},
		"a server of git away": {
			"npm error fatal: unable to access 'https://git.example.org/acme/left.git/': Could not resolve host: git.example.org\n",
			"comes from https://git.example.org/acme/left.git/, and git does not get it: Could not resolve host: git.example.org.",
		},
		"no headers of Node": {
			"install: gyp http fetch GET https://nodejs.org/download/node-v24-headers.tar.gz attempt 1 failed with ENOTFOUND\ninstall: gyp ERR! configure error \n",
			"could not fetch what that takes of Node from https://nodejs.org/download/node-v24-headers.tar.gz.",
		},
		"no headers of Node, older node-gyp": {
			"npm error gyp ERR! stack FetchError: request to https://nodejs.org/download/node-v18-headers.tar.gz failed, reason: getaddrinfo ENOTFOUND nodejs.org\n",
			"from https://nodejs.org/download/node-v18-headers.tar.gz.",
		},
		"type error of Next.js": {
			"Failed to compile.\n\n./app/page.tsx:5:9\nType error: Type 'string' is not assignable to type 'number'.\n\n",
			"next build found a type error in app/page.tsx, line 5: Type 'string' is not assignable to type 'number'. Correct it.",
		},
		"type error":      {"src/server.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n", "The type check failed in src/server.ts, line 3: TS2322"},
		"prerendering":    {"Error occurred prerendering page \"/about\". Read more: https://nextjs.org/docs\n", "could not prerender the page /about"},
		"module, Next.js": {"./app/page.tsx:1:1\nModule not found: Can't resolve 'left-pad'\n", "does not find the module left-pad"},
		"module, Vite":    {"[vite]: Rollup failed to resolve import \"left-pad\" from \"/app/src/main.ts\".\n", "does not find the module left-pad"},
		"module, Node":    {"Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'left-pad' imported from /app/a.js\n", "does not find the module left-pad"},
		"command":         {"> build\n> tsc\n\nsh: 1: tsc: not found\n", "There is no command tsc."},
		"variable":        {"Error: Environment variable not found: DATABASE_URL.\n", "reads the environment variable DATABASE_URL"},
		"variable, Prisma 7": {
			"Failed to load config file \"/app\" as a TypeScript/JavaScript module. Error: PrismaConfigEnvError: Cannot resolve environment variable: DATABASE_URL.\n",
			"reads the environment variable DATABASE_URL",
		},
		"a browser, Puppeteer":     {"Error: Could not find Chrome (ver. 131.0.6778.204). This can occur if either\n", "The build starts a browser, and none is there"},
		"a browser, Playwright":    {"browserType.launch: Executable doesn't exist at /app/.playwright/chromium-1200/chrome\n", "The build starts a browser, and none is there"},
		"a browser's libraries":    {"chrome: error while loading shared libraries: libnss3.so: cannot open shared object file\n", "The build starts a browser, and none is there"},
		"pages of a server, Astro": {"[NoAdapterInstalled] Cannot use server-rendered pages without an adapter. Please install\n", "Install @astrojs/node"},
		"nothing was made":         {"The build made no /app/dist.", "The build made no dist. Leave its configuration's output directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			sentence, ok := complaint.Explain(Complaints(), test.output)
			require.True(t, ok)
			require.Contains(t, sentence, test.sentence)
		})
	}

	_, ok := complaint.Explain(Complaints(), "added 70 packages in 2s\n")
	require.False(t, ok)
}
