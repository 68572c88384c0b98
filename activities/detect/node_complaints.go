package detect

import (
	"regexp"
	"slices"
)

// nodeComplaints are those of package managers, bundlers and Node. What names its cause comes before what only follows from it.
func nodeComplaints() []complaint {
	return slices.Concat(lockComplaints(), installComplaints(), nodeBuildComplaints())
}

func lockComplaints() []complaint {
	return []complaint{
		{
			says:     regexp.MustCompile("`npm ci` can only install packages when.*\n(?:.*\n)*?.*Missing: (.+?)@? from lock file"),
			sentence: "package-lock.json is out of step with package.json: it lacks $1. Run npm install and commit package-lock.json.",
		},
		{
			says:     regexp.MustCompile("`npm ci` can only install"),
			sentence: "package-lock.json is out of step with package.json. Run npm install and commit package-lock.json.",
		},
		{
			says:     regexp.MustCompile(`ERR_PNPM_OUTDATED_LOCKFILE|ERR_PNPM_LOCKFILE_CONFIG_MISMATCH|with "frozen-lockfile" because`),
			sentence: "pnpm-lock.yaml is out of step with package.json or with pnpm's settings. Run pnpm install and commit pnpm-lock.yaml.",
		},
		{
			says:     regexp.MustCompile(`ERR_PNPM_(?:LOCKFILE_BREAKING_CHANGE|NO_LOCKFILE)`),
			sentence: "pnpm-lock.yaml was written by another version of pnpm. Set packageManager in package.json to yours, such as \"pnpm@10.4.1\".",
		},
		{
			says: regexp.MustCompile("Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`|" +
				"The lockfile would have been (?:modified|created) by this install"),
			sentence: "yarn.lock is out of step with package.json, or was written by another version of Yarn. Run yarn install and commit yarn.lock.",
		},
		{
			says:     regexp.MustCompile(`lockfile had changes, but lockfile is frozen`),
			sentence: "bun's lockfile is out of step with package.json. Run bun install and commit the lockfile.",
		},
	}
}

func installComplaints() []complaint {
	return []complaint{
		{
			says: regexp.MustCompile(`npm error (?:code )?ERESOLVE(?:.*\n)+?` +
				`.*npm error (?:Could not resolve dependency|Conflicting peer dependency|peer).*\n(?:npm error )?(.+)`),
			sentence: "npm finds no set of versions that all dependencies accept: $1. Change the versions in package.json, or put legacy-peer-deps=true into .npmrc, " +
				"run npm install and commit package-lock.json.",
		},
		{
			says: regexp.MustCompile(`npm error (?:code )?ERESOLVE`),
			sentence: "npm finds no set of versions that all dependencies accept. Change the versions in package.json, or put legacy-peer-deps=true into .npmrc, " +
				"run npm install and commit package-lock.json.",
		},
		{
			says: regexp.MustCompile(`(?:EBADENGINE(?:.*\n)+?.*Required: \{.*"node":"([^"]+)"|ERR_PNPM_UNSUPPORTED_ENGINE(?:.*\n)+?.*Expected version: (.+)|` +
				`The engine "node" is incompatible with this module\. Expected version "([^"]+)")`),
			sentence: "A dependency needs Node $1$2$3. Write that into engines.node of package.json.",
		},
		{
			says:     regexp.MustCompile(`This version of pnpm requires at least Node\.js v([\d.]+)`),
			sentence: "This version of pnpm needs Node $1. Write \">=$1\" into engines.node of package.json, or an older pnpm into packageManager.",
		},
		{
			says:     regexp.MustCompile(`EBADENGINE|ERR_PNPM_UNSUPPORTED_ENGINE`),
			sentence: "A dependency needs another version of Node. Write the one that it needs into engines.node of package.json.",
		},
		{
			says:     regexp.MustCompile(`ERR_PNPM_IGNORED_BUILDS`),
			sentence: "pnpm wants to know which dependencies may run scripts when they are installed. Run pnpm approve-builds and commit what it writes.",
		},
		{
			says:     regexp.MustCompile(`npm error code E40[13]|ERR_PNPM_FETCH_40[13]|YN0041|(?i)authentication token (?:not|is) `),
			sentence: "The registry of a private package wants a token. Let .npmrc (or .yarnrc.yml) refer to one, as in $${NPM_TOKEN}, and set that variable in the project.",
		},
		{
			says: regexp.MustCompile(`npm error 404 +'?([^\s']+)'? is not in this registry|ERR_PNPM_FETCH_404.*GET (\S+?):|` +
				`npm error notarget No matching version found for (\S+?)\.\s`),
			sentence: "The package $1$2$3 is not in the registry. Correct its name or version in package.json; if it is private, name its registry in .npmrc.",
		},
		{
			says:     regexp.MustCompile(`gyp ERR! find Python|not found: make|gyp ERR! build error|node-pre-gyp ERR! build error`),
			sentence: "A dependency could not compile itself. Use a version of it that brings binaries for Linux and this version of Node, or change Node's in engines.node.",
		},
		{
			says: regexp.MustCompile(`Cannot find module[^\n]*(?:@rollup/rollup-|@next/swc-|@esbuild/|lightningcss|@swc/core-|@unrs/|@tailwindcss/oxide|@oxc-|` +
				`@rolldown/)|Cannot find native binding`),
			sentence: "The lockfile lacks what a dependency needs on Linux: it was written on another system. " +
				"Delete node_modules and the lockfile, install anew and commit the lockfile.",
		},
	}
}

func nodeBuildComplaints() []complaint {
	return []complaint{
		{
			says: regexp.MustCompile(`^The build made no (?:/app/)?(\S+)\.$|(?m:^(?:mv|cp): cannot stat '(\S+)')`),
			sentence: "The build made no $1$2. Leave its configuration's output directory as it is by default, or check that the build script builds the app; " +
				"or commit a Dockerfile.",
		},
		{
			says: regexp.MustCompile(`(?:Missing (?:required )?environment variable|Environment variable not found|Cannot resolve environment variable)s?:? +` +
				`[("'` + "`" + `]?([A-Z][A-Z0-9_]+)`),
			sentence: "The build reads the environment variable $1. Set it in the project, and let the build see it (build variables).",
		},
		{
			says: regexp.MustCompile(`Cannot use server-rendered pages without an adapter`),
			sentence: "Astro has pages that are rendered on a server, and no adapter for one. Install @astrojs/node, use it in astro.config with mode: 'standalone', " +
				"and add \"start\": \"node dist/server/entry.mjs\" to the scripts of package.json; or have those pages prerendered.",
		},
		{
			says:     regexp.MustCompile(`\./(\S+?):(\d+):\d+\n(?:.*\n){0,3}?Type error: (.+)`),
			sentence: "next build found a type error in $1, line $2: $3 Correct it.",
		},
		{
			says:     regexp.MustCompile(`(?m)^\W*([\w./@\[\]()-]+\.[cm]?(?:tsx?|vue))[(:](\d+)[,:]\d+\)?(?:: | - )error (TS\d+: .+)$`),
			sentence: "The type check failed in $1, line $2: $3. Correct it.",
		},
		{
			says:     regexp.MustCompile("Failed to fetch `?(.+?)`? from Google Fonts"),
			sentence: "next/font could not download $1 from Google Fonts. Deploy again; to not depend on it, keep the font in the repository and use next/font/local.",
		},
		{
			says: regexp.MustCompile(`Error occurred prerendering page "([^"]+)"`),
			sentence: "next build could not prerender the page $1: the build log shows why. If the page needs a variable of the project, " +
				"let the build see it (build variables), or render the page when it is asked for.",
		},
		{
			says: regexp.MustCompile(`(?:Module not found: (?:Error: )?Can't resolve|Rollup failed to resolve import|Cannot find (?:module|package)|Could not resolve|` +
				`failed to resolve import) ["']([^"'\n]+)["']`),
			sentence: "The build does not find the module $1. If it is a package, add it to the dependencies in package.json and commit the lockfile; " +
				"if it is a file, check that it is committed and that upper and lower case are right.",
		},
		{
			says:     regexp.MustCompile(`sh: (?:line )?\d+: ([\w./@-]+): (?:command )?not found`),
			sentence: "There is no command $1. If a package brings it, add that to the dependencies in package.json and commit the lockfile.",
		},
		{
			says:     regexp.MustCompile(`(?:[Mm]issing|Could not find|could not resolve).{0,40}packageManager`),
			sentence: "Turborepo wants to know the package manager. Set packageManager in the top package.json, such as \"pnpm@10.4.1\".",
		},
		{
			says:     regexp.MustCompile(`\[vite(?::[\w-]+)?\]:? (.+)\n`),
			sentence: "Vite could not build the site: $1. Correct that.",
		},
	}
}
