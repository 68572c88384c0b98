package detect

import (
	"regexp"
	"slices"
)

// railsComplaints are those of Bundler, of gems that compile themselves, and of Rails. Bundler breaks its lines at 80 characters.
func railsComplaints() []complaint {
	return slices.Concat(bundlerComplaints(), gemComplaints(), railsBuildComplaints())
}

func bundlerComplaints() []complaint {
	return []complaint{
		{
			says:     regexp.MustCompile(`(?s)lockfile\s+can't\s+be\s+updated\s+because\s+frozen\s+mode\s+is\s+set.*You\s+have\s+added\s+to\s+the\s+Gemfile:\n\* (\S+)`),
			sentence: "Gemfile.lock is out of step with the Gemfile: it lacks the gem $1. Run bundle install and commit Gemfile.lock.",
		},
		{
			says:     regexp.MustCompile(`frozen\s+mode\s+is\s+set|in\s+deployment\s+mode\s+after\s+changing`),
			sentence: "Gemfile.lock is out of step with the Gemfile. Run bundle install and commit Gemfile.lock.",
		},
		{
			says:     regexp.MustCompile(`Your Ruby version is (\S+), but your Gemfile\s+specified (.+)`),
			sentence: "The Gemfile asks for Ruby $2, and the app is built with Ruby $1. Ask for a line of versions in the Gemfile, as in ruby \"~> 3.3.0\".",
		},
		{
			says:     regexp.MustCompile(`Your bundle only supports platforms\s+(\[[^\]]*\])\s+but\s+your\s+local\s+platform\s+is\s+([\w-]*\w)`),
			sentence: "Gemfile.lock is for $1 only. Run bundle lock --add-platform $2 and commit Gemfile.lock.",
		},
		{
			says: regexp.MustCompile(`Could not find (\S+)-(\d\S*?),? (?:.*\s+)?in\s+(?:any\s+of\s+the\s+sources|cached\s+gems|locally|rubygems)`),
			sentence: "Bundler finds the gem $1 in version $2 nowhere. If the source has vendor/cache, run bundle cache and commit it; " +
				"else run bundle update $1 and commit Gemfile.lock.",
		},
		{
			says:     regexp.MustCompile(`Could not find gem '([\w.-]+)`),
			sentence: "Bundler finds the gem $1 nowhere. Check its name and version in the Gemfile, run bundle install and commit Gemfile.lock.",
		},
		{
			says:     regexp.MustCompile(`(?:Authentication is required for|Bad username or password for)\s+(\S*\w)`),
			sentence: "Bundler cannot sign in to $1. Set an environment variable for it, such as BUNDLE_GEMS__EXAMPLE__COM for gems.example.com, to USER:PASSWORD.",
		},
		{
			says:     regexp.MustCompile(`(?s)Git error: command.*fatal:\s+(?:could\s+not\s+read\s+Username|Authentication\s+failed)\s+for\s+'([^']+)'`),
			sentence: "A gem comes from $1, where the build cannot sign in. Set the environment variable BUNDLE_GITHUB__COM to a token that may read it.",
		},
		{
			says:     regexp.MustCompile(`Could not reach host (\S*\w)`),
			sentence: "Bundler does not reach $1. Check the sources in the Gemfile.",
		},
	}
}

const ownPackages = "Put the Dockerfile of zeitwork detect --write into the source and add Debian's package of the library to its apt-get lines"

func gemComplaints() []complaint {
	return []complaint{
		{
			says:     regexp.MustCompile(`(?s)(?:Can't find the '?|checking for )(\S+?\.h)(?:' header| header|\.\.\. no\s).*An error occurred while installing (\S+) \(`),
			sentence: "The gem $2 does not compile, as the header $1 of a library is missing. " + ownPackages + ".",
		},
		{
			says:     regexp.MustCompile(`(?s)Failed to build gem native extension.*An error occurred while installing (\S+) \(`),
			sentence: "The gem $1 does not compile; the log says why. If it lacks a library: " + ownPackages + ".",
		},
		{
			says:     regexp.MustCompile(`(\S+)-(\d[\d.]*) requires ruby version ([^,\n]+)`),
			sentence: "The gem $1 $2 needs Ruby $3. Change the Ruby version in .ruby-version or the Gemfile, or the version of the gem.",
		},
		{
			says:     regexp.MustCompile(`An error occurred while installing (\S+) \(([^)]+)\)`),
			sentence: "The gem $1 $2 could not be installed; the log says why.",
		},
	}
}

func railsBuildComplaints() []complaint {
	return []complaint{
		{
			says:     regexp.MustCompile(`Could not open library '([^']+)'`),
			sentence: "A gem loads the library $1, which is not there. " + ownPackages + ".",
		},
		{
			says:     regexp.MustCompile("Missing `secret_key_base` for"),
			sentence: "The app reads its secret while assets are compiled. Set the environment variable SECRET_KEY_BASE and add it to the project's build variables.",
		},
		{
			says:     regexp.MustCompile(`Missing encryption key to decrypt file|ActiveSupport::EncryptedFile::MissingKeyError`),
			sentence: "The app reads its credentials while assets are compiled. Set RAILS_MASTER_KEY and add it to the project's build variables.",
		},
		{
			says:     regexp.MustCompile(`ActiveSupport::MessageEncryptor::InvalidMessage|ActiveSupport::EncryptedFile::InvalidKeyLengthError`),
			sentence: "RAILS_MASTER_KEY does not open the credentials. Set it to what stands in config/master.key.",
		},
		{
			says:     regexp.MustCompile(`key not found: "([A-Z][A-Z0-9_]*)"`),
			sentence: "The app needs the environment variable $1 while assets are compiled. Add it to the project's build variables, or do without it there.",
		},
		{
			says:     regexp.MustCompile(`(?:js|css)bundling-rails: Command (?:build|install) failed`),
			sentence: "The build of package.json failed; the log says why. Run it on your machine: the script build, or build:css.",
		},
		{
			says:     regexp.MustCompile(`ActiveRecord::(?:ConnectionNotEstablished|DatabaseConnectionError)|PG::ConnectionBad|Mysql2::Error::ConnectionError`),
			sentence: "The app connects to its database while assets are compiled, where there is none. Move that out of initializers and class bodies.",
		},
		{
			says:     regexp.MustCompile(`ExecJS::RuntimeUnavailable`),
			sentence: "A gem needs a JavaScript runtime. Run bundle add mini_racer and commit it.",
		},
		{
			says:     regexp.MustCompile(`Sprockets::FileNotFound: (.+)`),
			sentence: "Sprockets misses a file: $1.",
		},
		{
			says:     regexp.MustCompile("Don't know how to build task '([^']+)'"),
			sentence: "Rails does not know the task $1. Check that config/application.rb requires the frameworks that the app uses.",
		},
	}
}
