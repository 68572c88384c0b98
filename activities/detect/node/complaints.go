package node

import (
	"regexp"
	"slices"

	"github.com/zeitwork/zeitwork/activities/detect/complaint"
)

// Complaints are those of package managers, bundlers and Node. What names its cause comes before what only follows from it.
func Complaints() []complaint.Complaint {
	return slices.Concat(lockComplaints(), installComplaints(), buildComplaints())
}

func lockComplaints() []complaint.Complaint {
	return []complaint.Complaint{
		{
			Says:     regexp.MustCompile("`npm ci` can only install packages when.*\n(?:.*\n)*?.*Missing: (.+?)@? from lock file"),
			Sentence: "package-lock.json is out of step with package.json: it lacks $1. Run npm install and commit package-lock.json.",
		},
		{
			Says:     regexp.MustCompile("`npm ci` can only install"),
			Sentence: "package-lock.json is out of step with package.json. Run npm install and commit package-lock.json.",
		},
		{
			Says:     regexp.MustCompile(`ERR_PNPM_OUTDATED_LOCKFILE|ERR_PNPM_LOCKFILE_CONFIG_MISMATCH|with "frozen-lockfile" because`),
			Sentence: "pnpm-lock.yaml is out of step with package.json or with pnpm's settings. Run pnpm install and commit pnpm-lock.yaml.",
		},
		{
			Says:     regexp.MustCompile(`ERR_PNPM_(?:LOCKFILE_BREAKING_CHANGE|NO_LOCKFILE)`),
			Sentence: "pnpm-lock.yaml was written by another version of pnpm. Set packageManager in package.json to yours, such as \"pnpm@10.4.1\".",
		},
		{
			Says: regexp.MustCompile("Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`|" +
				"The lockfile would have been (?:modified|created) by this install"),
			Sentence: "yarn.lock is out of step with package.json, or was written by another version of Yarn. Run yarn install and commit yarn.lock.",
		},
		{
			Says:     regexp.MustCompile(`lockfile had changes, but lockfile is frozen`),
			Sentence: "bun's lockfile is out of step with package.json. Run bun install and commit the lockfile.",
		},
	}
}

func installComplaints() []complaint.Complaint {
	return []complaint.Complaint{
		{
			Says: regexp.MustCompile(`npm error (?:code )?ERESOLVE(?:.*\n)+?` +
				`.*npm error (?:Could not resolve dependency|Conflicting peer dependency|peer).*\n(?:npm error )?(.+)`),
			Sentence: "npm finds no set of versions that all dependencies accept: $1. Change the versions in package.json, or put legacy-peer-deps=true into .npmrc, " +
				"run npm install and commit package-lock.json.",
		},
		{
			Says: regexp.MustCompile(`npm error (?:code )?ERESOLVE`),
			Sentence: "npm finds no set of versions that all dependencies accept. Change the versions in package.json, or put legacy-peer-deps=true into .npmrc, " +
				"run npm install and commit package-lock.json.",
		},
		{
			Says: regexp.MustCompile(`(?:EBADENGINE(?:.*\n)+?.*Required: \{.*"node":"([^"]+)"|ERR_PNPM_UNSUPPORTED_ENGINE(?:.*\n)+?.*Expected version: (.+)|` +
				`The engine "node" is incompatible with this module\. Expected version "([^"]+)")`),
			Sentence: "A dependency needs Node $1$2$3. Write that into engines.node of package.json.",
		},
		{
			Says:     regexp.MustCompile(`This version of pnpm requires at least Node\.js v([\d.]+)`),
			Sentence: "This version of pnpm needs Node $1. Write \">=$1\" into engines.node of package.json, or an older pnpm into packageManager.",
		},
		{
			Says:     regexp.MustCompile(`EBADENGINE|ERR_PNPM_UNSUPPORTED_ENGINE`),
			Sentence: "A dependency needs another version of Node. Write the one that it needs into engines.node of package.json.",
		},
		{
			Says:     regexp.MustCompile(`ERR_PNPM_IGNORED_BUILDS`),
			Sentence: "pnpm wants to know which dependencies may run scripts when they are installed. Run pnpm approve-builds and commit what it writes.",
		},
		{
			Says:     regexp.MustCompile(`npm error code E40[13]|ERR_PNPM_FETCH_40[13]|YN0041|(?i)authentication token (?:not|is) `),
			Sentence: "The registry of a private package wants a token. Let .npmrc (or .yarnrc.yml) refer to one, as in $${NPM_TOKEN}, and set that variable in the project.",
		},
		{
			Says: regexp.MustCompile(`npm error 404 +'?([^\s']+)'? is not in this registry|ERR_PNPM_FETCH_404.*GET (\S+?):|` +
				`npm error notarget No matching version found for (\S+?)\.\s`),
			Sentence: "The package $1$2$3 is not in the registry. Correct its name or version in package.json; if it is private, name its registry in .npmrc.",
		},
		{
			Says:     regexp.MustCompile(`gyp ERR! find Python|not found: make|gyp ERR! build error|node-pre-gyp ERR! build error`),
			Sentence: "A dependency could not compile itself. Use a version of it that brings binaries for Linux and this version of Node, or change Node's in engines.node.",
		},
		{
			Says: regexp.MustCompile(`Cannot find module[^\n]*(?:@rollup/rollup-|@next/swc-|@esbuild/|lightningcss|@swc/core-|@unrs/|@tailwindcss/oxide|@oxc-|` +
				`@rolldown/)|Cannot find native binding`),
			Sentence: "The lockfile lacks what a dependency needs on Linux: it was written on another system. " +
				"Delete node_modules and the lockfile, install anew and commit the lockfile.",
		},
	}
}

func buildComplaints() []complaint.Complaint {
	return []complaint.Complaint{
		{
			Says: regexp.MustCompile(`^The build made no (?:/app/)?(\S+)\.$|(?m:^(?:mv|cp): cannot stat '(\S+)')`),
			Sentence: "The build made no $1$2. Leave its configuration's output directory as it is by default, or check that the build script builds the app; " +
				"or commit a Dockerfile.",
		},
		{
			Says: regexp.MustCompile(`(?:Missing (?:required )?environment variable|Environment variable not found|Cannot resolve environment variable)s?:? +` +
				`[("'` + "`" + `]?([A-Z][A-Z0-9_]+)`),
			Sentence: "The build reads the environment variable $1. Set it in the project, and let the build see it (build variables).",
		},
		{
			Says: regexp.MustCompile(`Cannot use server-rendered pages without an adapter`),
			Sentence: "Astro has pages that are rendered on a server, and no adapter for one. Install @astrojs/node, use it in astro.config with mode: 'standalone', " +
				"and add \"start\": \"node dist/server/entry.mjs\" to the scripts of package.json; or have those pages prerendered.",
		},
		{
			Says:     regexp.MustCompile(`\./(\S+?):(\d+):\d+\n(?:.*\n){0,3}?Type error: (.+)`),
			Sentence: "next build found a type error in $1, line $2: $3 Correct it.",
		},
		{
			Says:     regexp.MustCompile(`(?m)^\W*([\w./@\[\]()-]+\.[cm]?(?:tsx?|vue))[(:](\d+)[,:]\d+\)?(?:: | - )error (TS\d+: .+)$`),
			Sentence: "The type check failed in $1, line $2: $3. Correct it.",
		},
		{
			Says:     regexp.MustCompile("Failed to fetch `?(.+?)`? from Google Fonts"),
			Sentence: "next/font could not download $1 from Google Fonts. Deploy again; to not depend on it, keep the font in the repository and use next/font/local.",
		},
		{
			Says: regexp.MustCompile(`Error occurred prerendering page "([^"]+)"`),
			Sentence: "next build could not prerender the page $1: the build log shows why. If the page needs a variable of the project, " +
				"let the build see it (build variables), or render the page when it is asked for.",
		},
		{
			Says: regexp.MustCompile(`(?:Module not found: (?:Error: )?Can't resolve|Rollup failed to resolve import|Cannot find (?:module|package)|Could not resolve|` +
				`failed to resolve import) ["']([^"'\n]+)["']`),
			Sentence: "The build does not find the module $1. If it is a package, add it to the dependencies in package.json and commit the lockfile; " +
				"if it is a file, check that it is committed and that upper and lower case are right.",
		},
		{
			Says:     regexp.MustCompile(`sh: (?:line )?\d+: ([\w./@-]+): (?:command )?not found`),
			Sentence: "There is no command $1. If a package brings it, add that to the dependencies in package.json and commit the lockfile.",
		},
		{
			Says:     regexp.MustCompile(`(?:[Mm]issing|Could not find|could not resolve).{0,40}packageManager`),
			Sentence: "Turborepo wants to know the package manager. Set packageManager in the top package.json, such as \"pnpm@10.4.1\".",
		},
		{
			Says:     regexp.MustCompile(`\[vite(?::[\w-]+)?\]:? (.+)\n`),
			Sentence: "Vite could not build the site: $1. Correct that.",
		},
	}
}
