package detect

import "regexp"

// laravelComplaints are those of composer, artisan and Laravel's Vite plugin.
func laravelComplaints() []complaint {
	return []complaint{
		{
			regexp.MustCompile(`Required package "([^"]+)" (?:\(in require-dev\) )?is (?:not present in the lock file|in the lock file as)`),
			"composer.lock is out of step with composer.json, as $1 shows. Run composer update and commit both.",
		},
		{
			regexp.MustCompile(`(\S+) \S+ requires (ext-[a-z0-9_-]+) \S+ -> it is missing`),
			"$1 requires PHP's extension $2, which is not installed. Add \"$2\": \"*\" to require in composer.json and run composer update --lock, so that it is.",
		},
		{
			regexp.MustCompile(`(\S+) \S+ requires php (.+?) -> your php version \(([0-9.]+)`),
			"$1 requires PHP $2, and the app is built with $3. Correct php in require of composer.json and run composer update.",
		},
		{
			regexp.MustCompile(`Your (?:lock file does not contain a compatible set of packages|requirements could not be resolved)`),
			"Composer cannot install what composer.lock names on the PHP that the app is built with. Run composer update with the same version of PHP " +
				"and commit composer.lock.",
		},
		{
			regexp.MustCompile(`The checksum verification of the file failed \(downloaded from (\S+)\)`),
			"$1 is not what composer.lock was made for. Run composer update and commit composer.lock.",
		},
		{
			regexp.MustCompile(`Could not authenticate against (\S+)|The '?(https?://\S+?)'? URL required authentication`),
			"Composer needs to sign in to $1$2. Set the environment variable COMPOSER_AUTH to what auth.json would hold.",
		},
		{
			regexp.MustCompile(`Vite manifest not found at: (\S+)`),
			"A view asks for Vite's manifest, and there is no $1. Add a package.json whose build script runs vite build, or commit the built assets.",
		},
		{
			regexp.MustCompile(`Could not scan for classes inside "([^"]+)"`),
			"autoload in composer.json names $1, which the source does not have. Commit it, or remove it from composer.json and .dockerignore.",
		},
		{
			regexp.MustCompile(`Allowed memory size of (\d+) bytes exhausted`),
			"PHP ran out of the memory that it allows itself ($1 bytes) during the build. Raise memory_limit where the script is called, or let it need less.",
		},
		{
			regexp.MustCompile(`SQLSTATE\[(\w+)\]`),
			"The app asks its database while it is built (SQLSTATE $1), when there is none. Move the query out of the service providers and route files, " +
				"or run it only if the app does not run in the console.",
		},
		{
			regexp.MustCompile(`Script @php artisan package:discover\b.* returned with error code`),
			"Laravel does not start during the build: `php artisan package:discover` fails, as the log shows. It has to work without the project's variables.",
		},
	}
}
