package ruby

import (
	"regexp"
	"slices"

	"github.com/zeitwork/zeitwork/activities/detect/complaint"
)

// Complaints are those of Bundler, of gems that compile themselves, and of Rails. Bundler breaks its lines at 80 characters, so that any space may be the end
// of a line.
func Complaints() []complaint.Complaint {
	return slices.Concat(bundlerComplaints(), gemComplaints(), buildComplaints())
}

// bundlerComplaints are about gems that cannot be installed.
func bundlerComplaints() []complaint.Complaint {
	return []complaint.Complaint{
		{
			Says:     regexp.MustCompile(`(?s)lockfile\s+can't\s+be\s+updated\s+because\s+frozen\s+mode\s+is\s+set.*You\s+have\s+added\s+to\s+the\s+Gemfile:\n\* (\S+)`),
			Sentence: "Gemfile.lock is out of step with the Gemfile: it lacks the gem $1. Run bundle install and commit Gemfile.lock.",
		},
		{
			Says:     regexp.MustCompile(`frozen\s+mode\s+is\s+set|in\s+deployment\s+mode\s+after\s+changing`),
			Sentence: "Gemfile.lock is out of step with the Gemfile. Run bundle install and commit Gemfile.lock.",
		},
		{
			Says:     regexp.MustCompile(`Your Ruby version is (\S+), but your Gemfile\s+specified (.+)`),
			Sentence: "The Gemfile asks for Ruby $2, and the app is built with Ruby $1. Ask for a line of versions in the Gemfile, as in ruby \"~> 3.3.0\".",
		},
		{
			Says:     regexp.MustCompile(`Your bundle only supports platforms\s+(\[[^\]]*\])\s+but\s+your\s+local\s+platform\s+is\s+([\w-]*\w)`),
			Sentence: "Gemfile.lock is for $1 only. Run bundle lock --add-platform $2 and commit Gemfile.lock.",
		},
		{
			Says: regexp.MustCompile(`Could not find (\S+)-(\d\S*?),? (?:.*\s+)?in\s+(?:any\s+of\s+the\s+sources|cached\s+gems|locally|rubygems)`),
			Sentence: "Bundler finds the gem $1 in version $2 nowhere. If the source has vendor/cache, run bundle cache and commit it; " +
				"else run bundle update $1 and commit Gemfile.lock.",
		},
		{
			Says:     regexp.MustCompile(`Could not find gem '([\w.-]+)`),
			Sentence: "Bundler finds the gem $1 nowhere. Check its name and version in the Gemfile, run bundle install and commit Gemfile.lock.",
		},
		{
			Says:     regexp.MustCompile(`(?:Authentication is required for|Bad username or password for)\s+(\S*\w)`),
			Sentence: "Bundler cannot sign in to $1. Set an environment variable for it, such as BUNDLE_GEMS__EXAMPLE__COM for gems.example.com, to USER:PASSWORD.",
		},
		{
			Says:     regexp.MustCompile(`(?s)Git error: command.*fatal:\s+(?:could\s+not\s+read\s+Username|Authentication\s+failed)\s+for\s+'([^']+)'`),
			Sentence: "A gem comes from $1, where the build cannot sign in. Set the environment variable BUNDLE_GITHUB__COM to a token that may read it.",
		},
		{
			Says:     regexp.MustCompile(`Could not reach host (\S*\w)`),
			Sentence: "Bundler does not reach $1. Check the sources in the Gemfile.",
		},
	}
}

// ownPackages is how a build gets packages that gemPackages does not have.
const ownPackages = "Put the Dockerfile of zeitwork detect --write into the source and add Debian's package of the library to its apt-get lines"

// gemComplaints are about gems that do not compile.
func gemComplaints() []complaint.Complaint {
	return []complaint.Complaint{
		{
			Says: regexp.MustCompile(`(?s)(?:Can't find the '?|checking for )(\S+?\.h)(?:' header| header|\.\.\. no\s).*` +
				`An error occurred while installing (\S+) \(`),
			Sentence: "The gem $2 does not compile, as the header $1 of a library is missing. " + ownPackages + ".",
		},
		{
			Says:     regexp.MustCompile(`(?s)Failed to build gem native extension.*An error occurred while installing (\S+) \(`),
			Sentence: "The gem $1 does not compile; the log says why. If it lacks a library: " + ownPackages + ".",
		},
		{
			Says:     regexp.MustCompile(`(\S+)-(\d[\d.]*) requires ruby version ([^,\n]+)`),
			Sentence: "The gem $1 $2 needs Ruby $3. Change the version of Ruby that the app asks for (in the Gemfile, or in .ruby-version), or the version of the gem.",
		},
		{
			Says:     regexp.MustCompile(`An error occurred while installing (\S+) \(([^)]+)\)`),
			Sentence: "The gem $1 $2 could not be installed; the log says why.",
		},
	}
}

// buildComplaints are about the app's own code.
func buildComplaints() []complaint.Complaint {
	return []complaint.Complaint{
		{
			Says: regexp.MustCompile(`No such file or directory - git\b`),
			Sentence: "The app runs git, which is not there, and neither is the repository: a build gets the files of the commit alone. Let it do without, such as " +
				"by Dir[\"lib/**/*\"] in a gemspec.",
		},
		{
			Says:     regexp.MustCompile(`Could not open library '([^']+)'`),
			Sentence: "A gem loads the library $1, which is not there. " + ownPackages + ".",
		},
		{
			Says:     regexp.MustCompile("Missing `secret_key_base` for"),
			Sentence: "The app reads its secret while assets are compiled. Set the environment variable SECRET_KEY_BASE and add it to the project's build variables.",
		},
		{
			Says:     regexp.MustCompile(`Missing encryption key to decrypt file|ActiveSupport::EncryptedFile::MissingKeyError`),
			Sentence: "The app reads its credentials while assets are compiled. Set RAILS_MASTER_KEY and add it to the project's build variables.",
		},
		{
			Says:     regexp.MustCompile(`ActiveSupport::MessageEncryptor::InvalidMessage|ActiveSupport::EncryptedFile::InvalidKeyLengthError`),
			Sentence: "RAILS_MASTER_KEY does not open the credentials. Set it to what stands in config/master.key.",
		},
		{
			Says:     regexp.MustCompile(`key not found: "([A-Z][A-Z0-9_]*)"`),
			Sentence: "The app needs the environment variable $1 while assets are compiled. Add it to the project's build variables, or do without it there.",
		},
		{
			Says:     regexp.MustCompile(`(?:js|css)bundling-rails: Command (?:build|install) failed`),
			Sentence: "The build of package.json failed; the log says why. Run it on your machine: the script build, or build:css.",
		},
		{
			Says:     regexp.MustCompile(`ActiveRecord::(?:ConnectionNotEstablished|DatabaseConnectionError)|PG::ConnectionBad|Mysql2::Error::ConnectionError`),
			Sentence: "The app connects to its database while assets are compiled, where there is none. Move that out of initializers and class bodies.",
		},
		{
			Says:     regexp.MustCompile(`ExecJS::RuntimeUnavailable`),
			Sentence: "A gem needs a JavaScript runtime. Run bundle add mini_racer and commit it.",
		},
		{
			Says:     regexp.MustCompile(`Sprockets::FileNotFound: (.+)`),
			Sentence: "Sprockets misses a file: $1.",
		},
		{
			Says:     regexp.MustCompile("Don't know how to build task '([^']+)'"),
			Sentence: "Rails does not know the task $1. Check that config/application.rb requires the frameworks that the app uses.",
		},
	}
}
