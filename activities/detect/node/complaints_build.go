package node

import (
	"regexp"

	"github.com/zeitwork/zeitwork/activities/detect/complaint"
)

// buildComplaints are about the app's own code.
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
			Says: regexp.MustCompile(`Could not find Chrom(?:e|ium) \(|Failed to launch the browser process|browserType\.launch: Executable doesn't exist|` +
				`Host system is missing dependencies to run browsers|error while loading shared libraries: lib(?:nss3|nspr4|atk|gbm|glib)`),
			Sentence: "The build starts a browser, and none is there while it builds. Have it make the pages without, or bring a Dockerfile that installs one.",
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
