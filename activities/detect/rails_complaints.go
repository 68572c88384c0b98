package detect

import "regexp"

// railsComplaints are those of Bundler, of gems that are compiled, and of Rails.
func railsComplaints() []complaint {
	return append(bundlerComplaints(), []complaint{
		{
			regexp.MustCompile("Missing `secret_key_base` for"),
			"Rails does not start without a secret. Set the environment variable SECRET_KEY_BASE: bin/rails secret makes one.",
		},
		{
			regexp.MustCompile(`ActiveSupport::MessageEncryptor::InvalidMessage|ActiveSupport::EncryptedFile::InvalidKeyLengthError`),
			"RAILS_MASTER_KEY does not open config/credentials.yml.enc. Set it to what stands in config/master.key.",
		},
		{
			regexp.MustCompile(`ActiveSupport::EncryptedFile::MissingKeyError|Missing encryption key to decrypt file`),
			"The build needs the credentials, but has no key for them. Set RAILS_MASTER_KEY and let the build see it: add it to the project's build variables.",
		},
		{
			regexp.MustCompile(`key not found: "([A-Z][A-Z0-9_]*)" \(KeyError\)`),
			"The app asks for the environment variable $1 while its assets are compiled. Add it to the project's build variables, or write ENV[\"$1\"] instead of ENV.fetch.",
		},
		{
			regexp.MustCompile(`jsbundling-rails: Command build failed|cssbundling-rails: Command build:?\w* failed|Command build:css failed`),
			"The build script in package.json failed. Run it on your machine and correct what it complains of.",
		},
		{
			regexp.MustCompile(`Sprockets::Rails::Helper::AssetNotFound|Sprockets::FileNotFound: (.+)`),
			"An asset that the app names does not exist. $1",
		},
		{
			regexp.MustCompile(`ActiveRecord::ConnectionNotEstablished|PG::ConnectionBad|Mysql2::Error::ConnectionError`),
			"The app connects to its database while its assets are compiled, where there is none. Move that out of initializers and class bodies.",
		},
		{
			regexp.MustCompile(`ExecJS::RuntimeUnavailable`),
			"A gem needs a JavaScript runtime. Add the gem execjs or mini_racer to the Gemfile, run bundle install and commit Gemfile.lock.",
		},
	}...)
}

func bundlerComplaints() []complaint {
	return []complaint{
		{
			regexp.MustCompile(`(?:can't be updated|cannot be updated|lockfile (?:can't|cannot) be updated)[^\n]*\n?[^\n]*frozen mode|` +
				`The (?:gemspecs for path gems|dependencies in your gemfile) changed`),
			"Gemfile.lock is out of step with the Gemfile. Run bundle install and commit Gemfile.lock.",
		},
		{
			regexp.MustCompile(`Your Ruby version is (\S+), but your Gemfile specified (.+)`),
			"The Gemfile asks for Ruby $2, and the image has $1. Write a version into the Gemfile that accepts it, such as the one in the message, or ruby \"~> 3.3.0\".",
		},
		{
			regexp.MustCompile(`(\S+) requires rubygems version|(\S+?)-[\d.]+ requires ruby version ([^,\n]+)`),
			"The gem $1$2 needs another Ruby: $3. Change the Ruby version in .ruby-version or the Gemfile, or the version of the gem.",
		},
		{
			regexp.MustCompile(`Your bundle only supports platforms (\[[^\]]*\])`),
			"Gemfile.lock is for $1 only. Run bundle lock --add-platform x86_64-linux and commit Gemfile.lock.",
		},
		{
			regexp.MustCompile(`Your bundle is locked to (\S+) \(([^)]+)\)[^\n]*, but that version (?:can|could) no`),
			"The version $2 of the gem $1 is no longer to be had. Run bundle update $1 and commit Gemfile.lock.",
		},
		{
			regexp.MustCompile(`Could not find (\S+?)(?:-[\d][^\s,]*)? in (?:any of the sources|rubygems|locally|cached|the)|Could not find gem '(\S+?)(?: [^']*)?'`),
			"Bundler does not find the gem $1$2. Check its name and version in the Gemfile, run bundle install and commit Gemfile.lock, and vendor/cache where the source has one.",
		},
		{
			regexp.MustCompile(`(?:Authentication is required for|Bad username or password for) (\S+?)[\s.]*(?:\n|$)`),
			"Bundler cannot sign in to $1. Set its credentials as an environment variable such as BUNDLE_GEMS__EXAMPLE__COM=user:password.",
		},
		{
			regexp.MustCompile(`An error occurred while installing (\S+) \(([^)]+)\), and Bundler cannot\s+continue`),
			"The gem $1 $2 could not be installed; the log has why. If it lacks a library of the system, add a Dockerfile that installs it: zeitwork detect --write writes one to begin with.",
		},
		{
			regexp.MustCompile(`Could not reach host (\S+?)\.?\s`),
			"Bundler does not reach $1. Check the sources in the Gemfile.",
		},
	}
}
