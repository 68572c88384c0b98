package node

import (
	"regexp"

	"github.com/zeitwork/zeitwork/activities/detect/complaint"
)

// versionComplaints are about versions of Node and of package managers.
func versionComplaints() []complaint.Complaint {
	// A field that asks for a version that is not to be had was refused before, so that these are about dependencies, or about ranges that exclude the
	// newest release.
	const advice = "If it is a dependency that does, write that into engines.node of package.json. " +
		"If it is package.json, let its engines.node accept the newest release of a line."

	return []complaint.Complaint{
		{
			Says: regexp.MustCompile(`Your (pnpm) version is incompatible with(?:.*\n)+?.*Expected version: (.+)\n.*Got: (.+)|` +
				`The engine "(npm|yarn|pnpm)" is incompatible with this module\. Expected version "([^"]+)"\. Got "([^"]+)"`),
			Sentence: "engines in package.json asks for $1$4 $2$5, and the dependencies are installed with $3$6. " +
				"Let packageManager in package.json name a version that it accepts.",
		},
		{
			Says: regexp.MustCompile(`(?:EBADENGINE(?:.*\n)+?.*Required: \{.*"node":"([^"]+)"|ERR_PNPM_UNSUPPORTED_ENGINE(?:.*\n)+?.*Expected version: (.+)|` +
				`The engine "node" is incompatible with this module\. Expected version "([^"]+)")`),
			Sentence: "A package needs Node $1$2$3, and the build has another. " + advice,
		},
		{
			Says: regexp.MustCompile(`EBADDEVENGINES(?:.*\n)*?.*Invalid (?:semver version|name) (.+)`),
			Sentence: "npm does not work with what devEngines in package.json asks for: $1. Correct devEngines, let packageManager name what it asks for, " +
				"or give the entry \"onFail\": \"warn\".",
		},
		{
			Says:     regexp.MustCompile(`This version of pnpm requires at least Node\.js v([\d.]+)`),
			Sentence: "This version of pnpm needs Node $1. Write \">=$1\" into engines.node of package.json, or an older pnpm into packageManager.",
		},
		{
			Says:     regexp.MustCompile(`EBADENGINE|ERR_PNPM_UNSUPPORTED_ENGINE`),
			Sentence: "A package needs another version of Node than the build has. " + advice,
		},
	}
}

// gitComplaints are about git, which builds have for dependencies from repositories alone.
func gitComplaints() []complaint.Complaint {
	const without = "Builds get the files of the commit alone. Let it do without, or commit what it would find out."

	return []complaint.Complaint{
		{
			Says: regexp.MustCompile(`Host key verification failed|Permission denied \(publickey|cannot run ssh: No such file`),
			Sentence: "A dependency comes from a repository by SSH, for which builds have no key. Name it by https, as in " +
				"git+https://github.com/acme/left.git#v1.0.0, and commit the lockfile; if it is private, publish it to a registry that .npmrc names, " +
				"or commit it as a directory.",
		},
		{
			Says: regexp.MustCompile(`fatal: (?:could not read Username|Authentication failed) for '([^']+)'`),
			Sentence: "A dependency comes from $1, which is private or not there: builds cannot sign in to it. Publish it to a registry that .npmrc names, " +
				"or commit it as a directory.",
		},
		{
			Says: regexp.MustCompile(`(?m)fatal: unable to access '([^']+)': (.+?)\.?$`),
			Sentence: "A dependency comes from $1, and git does not get it: $2. Correct its address, or deploy again when the server answers; " +
				"if the server is not public, publish the dependency to a registry that .npmrc names, or commit it as a directory.",
		},
		{
			Says:     regexp.MustCompile(`fatal: not (?:a git repository|in a git directory)`),
			Sentence: "The build asks git about the repository, which is not there. " + without,
		},
		{
			Says:     regexp.MustCompile(`(?:spawn|spawnSync) git ENOENT|\bgit: (?:command )?not found`),
			Sentence: "The build calls git, which is not there, and neither is the repository. " + without,
		},
	}
}
