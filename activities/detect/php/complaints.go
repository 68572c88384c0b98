package php

import (
	"regexp"
	"slices"

	"github.com/zeitwork/zeitwork/activities/detect/complaint"
)

// Complaints are those of Composer, of artisan, and of Laravel's plugin for Vite. A complaint that names the cause comes before one that only follows from
// it.
func Complaints() []complaint.Complaint {
	return slices.Concat(composerLockComplaints(), composerDownloadComplaints(), artisanComplaints())
}

// ScriptComplaints are about scripts of composer.json. They must be looked for before those of Node, which would send the user to package.json.
func ScriptComplaints() []complaint.Complaint {
	return []complaint.Complaint{{
		Says: regexp.MustCompile(`(\S+): not found\nScript (.+?) handling the (\S+) event returned with error code 127`),
		Sentence: "$3 in composer.json runs `$2`, and there is no program $1: Node and packages of require-dev are left out where PHP's packages are " +
			"installed. Take the script out of $3, or move the package with the program to require and run composer update.",
	}}
}

// composerLockComplaints are about a composer.lock that cannot be installed.
func composerLockComplaints() []complaint.Complaint {
	return []complaint.Complaint{
		{
			Says:     regexp.MustCompile(`"?(?:\./)?(composer\.(?:json|lock))"? does not contain valid JSON(?:.*\n)*?.*BOM detected`),
			Sentence: "$1 begins with a byte order mark, which Composer does not read. Save it as UTF-8 without one and commit it.",
		},
		{
			Says:     regexp.MustCompile(`Cannot apply patch (.+?)!?(?:\s*\((\S+)\))`),
			Sentence: "Composer cannot apply the patch $2. Commit it, take it out of .dockerignore, and see that it fits the locked version of the package.",
		},
		{
			Says:     regexp.MustCompile(`Required package "([^"]+)" (?:\(in require-dev\) )?is (?:not present in the lock file|in the lock file as)`),
			Sentence: "composer.lock is out of step with composer.json, as $1 shows. Run composer update $1 and commit both.",
		},
		{
			Says: regexp.MustCompile(`(\S+) \S+ requires (ext-[a-z0-9_-]+) .+? -> it is missing`),
			Sentence: "$1 requires PHP's extension $2, which is not installed. Add \"$2\": \"*\" to require in composer.json " +
				"and run composer update --lock, so that it is.",
		},
		{
			Says:     regexp.MustCompile(`(?:Root (composer\.json)|(\S+) \S+) requires php (.+?) (?:->|but) your php version \(([0-9.]+)`),
			Sentence: "$1$2 requires PHP $3, and the app is built with $4. Correct php in require of composer.json and run composer update.",
		},
		{
			Says: regexp.MustCompile(`Your (?:lock file does not contain a compatible set of packages|requirements could not be resolved)`),
			Sentence: "Composer cannot install what composer.lock names on the PHP that the app is built with. Run composer update with the same version of PHP " +
				"and commit composer.lock.",
		},
		{
			Says:     regexp.MustCompile(`Unable to locate package php([0-9.]+)-(\S+)`),
			Sentence: "There is no package of the extension $2 for PHP $1. Take it out of require in composer.json, or bring a Dockerfile that installs it.",
		},
		{
			Says:     regexp.MustCompile(`(\S+) contains a Composer plugin which is blocked by your allow-plugins config`),
			Sentence: "composer.json does not say whether the plugin $1 may run. Run composer config allow-plugins.$1 true and commit composer.json.",
		},
	}
}

// composerDownloadComplaints are about packages that cannot be had.
func composerDownloadComplaints() []complaint.Complaint {
	return []complaint.Complaint{
		{
			Says:     regexp.MustCompile(`The checksum verification of the file failed \(downloaded from (\S+)\)`),
			Sentence: "$1 is not what composer.lock was made for. Run composer update and commit composer.lock.",
		},
		{
			Says:     regexp.MustCompile(`Source path "([^"]+)" is not found for package (\S+)`),
			Sentence: "composer.lock takes $2 from $1, which the build does not have. Commit it, and take it out of .dockerignore.",
		},
		{
			Says:     regexp.MustCompile(`COMPOSER_AUTH environment variable is malformed`),
			Sentence: `The environment variable COMPOSER_AUTH is not JSON. It holds what auth.json would, such as {"github-oauth":{"github.com":"token"}}.`,
		},
		{
			Says: regexp.MustCompile(`Could not authenticate against (\S+)|The '?(https?://\S+?)'? URL required authentication|` +
				`The ['"](https?://\S+?)['"] (?:URL could not be accessed|file could not be downloaded) \(HTTP\S* 40[13]|` +
				`Failed to execute git .*\n(?:.*\n)*?.*(?:Authentication failed for|could not read Username for) '(\S+?)'`),
			Sentence: "Composer needs to sign in to $1$2$3$4. Set the environment variable COMPOSER_AUTH, or correct it: it holds what auth.json would, such as " +
				`{"github-oauth":{"github.com":"token"}}.`,
		},
		{
			Says: regexp.MustCompile(`The ['"](https?://\S+?)['"] (?:URL could not be accessed|file could not be downloaded) \(HTTP\S* 404`),
			Sentence: "Composer does not find $1. If it is private, set the environment variable COMPOSER_AUTH to what auth.json would hold, such as " +
				`{"github-oauth":{"github.com":"token"}}. If it is gone, run composer update and commit composer.lock.`,
		},
		{
			Says: regexp.MustCompile(`git clone --mirror -- (\S+)(?:.*\n)+?.*(?:cannot run ssh|Host key verification failed|Permission denied \(publickey)`),
			Sentence: "composer.lock takes a package from $1 over SSH, for which a build has no key. Name its https address in repositories of composer.json, " +
				"run composer update, and set the environment variable COMPOSER_AUTH to what auth.json would hold.",
		},
	}
}

// artisanComplaints are about the app's own code.
func artisanComplaints() []complaint.Complaint {
	return []complaint.Complaint{
		{
			Says:     regexp.MustCompile(`Vite manifest not found at: (\S+)`),
			Sentence: "A view asks for Vite's manifest, and there is no $1. Add a package.json whose build script runs vite build, or commit the built assets.",
		},
		{
			Says:     regexp.MustCompile(`Could not scan for classes inside "([^"]+)"|require\(/app/vendor/composer/\.\./\.\./(\S+?)\): Failed to open stream`),
			Sentence: "autoload in composer.json names $1$2, which the source does not have. Commit it, or remove it from composer.json and .dockerignore.",
		},
		{
			Says:     regexp.MustCompile(`Allowed memory size of (\d+) bytes exhausted`),
			Sentence: "PHP ran out of the memory that it allows itself ($1 bytes) during the build. Raise memory_limit where the script is called, or let it need less.",
		},
		{
			Says: regexp.MustCompile(`(SQLSTATE\[\w+\]|Database file at path \[[^]]+\] does not exist|Connection refused \[tcp:[^]]+\]|RedisException)`),
			Sentence: "The app asks its database while it is built ($1), when there is none. Move the query out of the service providers and route files, " +
				"or make it only if app()->runningInConsole() is false.",
		},
		{
			Says:     regexp.MustCompile(`(?:Class|Interface|Trait) "((?:App|Database)\\[^"]+)" not found`),
			Sentence: "The source has no class $1 where it has to be. Commit its file, with a path that is spelled like the class, in upper and lower case.",
		},
		{
			Says: regexp.MustCompile(`(?:Class|Interface|Trait) "([^"]+\\[^"]+)" not found`),
			Sentence: "The app uses the class $1, which is not installed: packages of require-dev are left out. Move its package to require in composer.json and run " +
				"composer update, or use it only if class_exists says that it is there.",
		},
		{
			Says:     regexp.MustCompile(`In (\S+\.php) line (\d+):\s+(syntax error, .+?)\s*\n`),
			Sentence: "PHP cannot read $1, line $2: $3. Correct it, or ask for the version of PHP that it is written for in require of composer.json.",
		},
		{
			Says:     regexp.MustCompile(`In (\S+) line (\d+):\s+(\S.*?)\.?\s*\n(?:.*\n)*?Script @php artisan (\S+) .*returned with error code`),
			Sentence: "Laravel does not start during the build: `php artisan $4` ends with \"$3\" ($1, line $2). " + withoutVariables,
		},
		{
			Says: regexp.MustCompile(`(?:Command "(\S+)" is not defined|no commands defined in the "(\S+)" namespace)(?:.*\n)+?Script (.+?) handling the (\S+) event`),
			Sentence: "$4 in composer.json runs `$3`, which there is no command $1$2 for: packages of require-dev are left out. Move its package to require and run " +
				"composer update, or take the script out of $4.",
		},
		{
			Says:     regexp.MustCompile(`Script (.+?) handling the (\S+) event (?:returned with error code|terminated with an exception)`),
			Sentence: "`$1` fails, which $2 in composer.json runs, as the log shows. " + withoutVariables,
		},
	}
}

// withoutVariables tells what an app has to do without while it is built.
const withoutVariables = "It has to work without packages of require-dev and without the project's variables, but for those that are named as build variables."
