package ruby

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/complaint"
)

func TestComplaints_FailedBuild_IsToldWhatToChange(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ output, sentence string }{
		"lockfile out of step": {
			"The dependencies in your gemfile changed, but the lockfile can't be updated\nbecause frozen mode is set\n\nYou have added to the Gemfile:\n* rake\n\n" +
				"Run `bundle install` elsewhere and add the updated Gemfile.lock to version\ncontrol.\n",
			"it lacks the gem rake. Run bundle install and commit Gemfile.lock.",
		},
		"lockfile out of step in another way": {
			"The gemspecs for path gems changed, but the lockfile can't be updated because\nfrozen mode is set\n",
			"Gemfile.lock is out of step with the Gemfile. Run bundle install",
		},
		"other Ruby": {
			"Your Ruby version is 3.3.14, but your Gemfile specified ~> 3.2.0\n",
			"The Gemfile asks for Ruby ~> 3.2.0, and the app is built with Ruby 3.3.14.",
		},
		"git": {"Errno::ENOENT: No such file or directory - git\n", "Let it do without"},
		"other platform": {
			"Your bundle only supports platforms [\"arm64-darwin-23\"] but your local platform\nis x86_64-linux-gnu. Add the current platform to the lockfile with\n",
			"bundle lock --add-platform x86_64-linux-gnu and commit",
		},
		"gem that vendor/cache lacks": {
			"Could not find pg-1.5.9 in cached gems or installed locally\n", "the gem pg in version 1.5.9 nowhere. If the source has vendor/cache, run bundle cache",
		},
		"gems that are nowhere": {
			"Could not find nokogiri-1.16.7-x86_64-linux, pg-1.5.9 in locally installed gems\n", "the gem nokogiri",
		},
		"gem that is nowhere": {
			"Could not find gem 'raisl (~> 8.0)' in rubygems repository https://rubygems.org/ or installed locally.\n", "finds the gem raisl nowhere",
		},
		"private server": {
			"Authentication is required for gems.example.com.\nPlease supply credentials for this source.\n", "cannot sign in to gems.example.com. Set",
		},
		"private repository": {
			"Git error: command `git clone --bare --no-hardlinks --quiet --no-tags\n--single-branch` has failed.\nfatal: could not read Username for 'https://github.com': No such device or\naddress\n",
			"comes from https://github.com, where the build cannot sign in",
		},
		"server out of reach": {
			"Could not reach host index.rubygems.org. Check your network connection and try\nagain.\n", "does not reach index.rubygems.org. Check",
		},
		"missing library": {
			"Gem::Ext::BuildError: ERROR: Failed to build gem native extension.\n\nchecking for libpq-fe.h... no\nCan't find the 'libpq-fe.h header\n*** extconf.rb failed ***\n\n" +
				"An error occurred while installing pg (1.5.9), and Bundler cannot continue.\n\nIn Gemfile:\n  pg\n",
			"The gem pg does not compile, as the header libpq-fe.h",
		},
		"gem that does not compile": {
			"Gem::Ext::BuildError: ERROR: Failed to build gem native extension.\nmake: *** [Makefile:249: a.o] Error 1\n" +
				"An error occurred while installing a (1.0), and Bundler cannot continue.\n",
			"The gem a does not compile; the log says why.",
		},
		"gem for another Ruby": {
			"Gem::RuntimeRequirementNotMetError: minitest-6.0.0 requires ruby version >= 3.4, which is incompatible with\nthe current version, ruby 3.3.14p208\n" +
				"An error occurred while installing minitest (6.0.0), and Bundler cannot\ncontinue.\n",
			"The gem minitest 6.0.0 needs Ruby >= 3.4. Change",
		},
		"library that a gem loads": {
			"LoadError: Could not open library 'libcurl': libcurl: cannot open shared object file: No such file or directory. (LoadError)\n" +
				"Could not open library 'libcurl.so': libcurl.so: cannot open shared object file: No such file or directory.\n",
			"A gem loads the library libcurl, which is not there. Put the Dockerfile",
		},
		"variable of the build": {
			"bin/rails aborted!\nKeyError: key not found: \"STRIPE_KEY\" (KeyError)\n", "the environment variable STRIPE_KEY while assets are compiled",
		},
		"bundle of JavaScript": {
			"bin/rails aborted!\njsbundling-rails: Command build failed, ensure `yarn build` runs without errors\n", "The build of package.json failed",
		},
		"database": {
			"bin/rails aborted!\nActiveRecord::ConnectionNotEstablished: connection to server at \"127.0.0.1\", port 5432 failed\n", "Move that out of initializers",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			sentence, ok := complaint.Explain(Complaints(), test.output)
			require.True(t, ok)
			require.Contains(t, sentence, test.sentence)
		})
	}
}
