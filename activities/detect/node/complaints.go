package node

import (
	"regexp"
	"slices"

	"github.com/zeitwork/zeitwork/activities/detect/complaint"
)

// Complaints are those of package managers, bundlers and Node. A complaint that names the cause comes before one that only follows from it.
func Complaints() []complaint.Complaint {
	return slices.Concat(lockComplaints(), versionComplaints(), gitComplaints(), installComplaints(), buildComplaints())
}

// lockComplaints are about a lockfile that does not fit package.json.
func lockComplaints() []complaint.Complaint {
	return []complaint.Complaint{
		{
			Says:     regexp.MustCompile("`npm ci` can only install packages when.*\n(?:.*\n)*?.*Missing: (.+?)@? from lock file"),
			Sentence: "package-lock.json is out of step with package.json: it lacks $1. Run npm install and commit package-lock.json.",
		},
		{
			Says:     regexp.MustCompile("`npm ci` can only install packages when.*\n(?:.*\n)*?.*Invalid: lock file's (\\S+) does not satisfy (\\S+)"),
			Sentence: "package-lock.json is out of step with package.json: it has $1, and package.json asks for $2. Run npm install and commit package-lock.json.",
		},
		{
			Says:     regexp.MustCompile("`npm ci` can only install"),
			Sentence: "package-lock.json is out of step with package.json. Run npm install and commit package-lock.json.",
		},
		{
			Says:     regexp.MustCompile(`ERR_PNPM_OUTDATED_LOCKFILE(?:.*\n)+?.*\* \d+ dependencies were (added|removed): (.+)`),
			Sentence: "pnpm-lock.yaml is out of step with package.json, where dependencies were $1: $2. Run pnpm install and commit pnpm-lock.yaml.",
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

// installComplaints are about dependencies that cannot be installed.
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
			Says:     regexp.MustCompile(`ERR_PNPM_IGNORED_BUILDS`),
			Sentence: "pnpm wants to know which dependencies may run scripts when they are installed. Run pnpm approve-builds and commit what it writes.",
		},
		{
			Says: regexp.MustCompile(`npm error code E40[13]|ERR_PNPM_FETCH_40[13]|YN0041|(?i)authentication token (?:not|is) `),
			Sentence: "The registry of a private package wants a token. Let .npmrc (or .yarnrc.yml) refer to one, as in $${NPM_TOKEN}, " +
				"and set that variable in the project.",
		},
		{
			Says: regexp.MustCompile(`npm error 404 +'?([^\s']+)'? is not in this registry|ERR_PNPM_FETCH_404.*GET (\S+?):|` +
				`npm error notarget No matching version found for (\S+?)\.\s`),
			Sentence: "The package $1$2$3 is not in the registry. Correct its name or version in package.json; if it is private, name its registry in .npmrc.",
		},
		{
			Says: regexp.MustCompile(`gyp ERR! find Python|not found: make|gyp ERR! build error|node-pre-gyp ERR! build error`),
			Sentence: "A dependency could not compile itself. Use a version of it that brings binaries for Linux and this version of Node, " +
				"or change Node's in engines.node.",
		},
		{
			Says: regexp.MustCompile(`(?s)gyp http fetch GET (\S+) attempt \d+ failed.*gyp ERR! configure error|gyp ERR! stack FetchError: request to (\S+) failed`),
			Sentence: "A dependency compiles itself, and node-gyp could not fetch what that takes of Node from $1$2. Deploy again when that server answers, " +
				"or use a version of the dependency whose package brings a binary for Linux and this version of Node.",
		},
		{
			Says: regexp.MustCompile(`Cannot find module[^\n]*(?:@rollup/rollup-|@next/swc-|@esbuild/|lightningcss|@swc/core-|@unrs/|@tailwindcss/oxide|@oxc-|` +
				`@rolldown/)|Cannot find native binding|The package "@esbuild/[\w-]+" could not be found|Could not load the "sharp" module`),
			Sentence: "The lockfile lacks what a dependency needs on Linux: it was written on another system. " +
				"Delete node_modules and the lockfile, install anew and commit the lockfile.",
		},
	}
}
