package ruby

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestRailsRuby_OrderOfWhatIsAsked(t *testing.T) {
	t.Parallel()

	const locked = "\nRUBY VERSION\n   ruby 3.4.1p0\n"

	for name, test := range map[string]struct {
		gemfile, rubyVersion, lock, tools string
		version, image                    string
	}{
		"nothing":                            {"", "", "", "", "3.3", "ruby:3.3-slim-trixie"},
		".ruby-version first":                {"", "3.2.1", locked, "ruby 4.0.0", "3.2", "ruby:3.2-slim-trixie"},
		"then the lockfile":                  {"", "", locked, "ruby 4.0.0", "3.4", "ruby:3.4-slim-trixie"},
		"then .tool-versions":                {"", "", "", "nodejs 22.1.0\nruby 4.0.0\n", "4.0", "ruby:4.0-slim-trixie"},
		"the Gemfile before all":             {"ruby '3.4.2'", "3.2.1", "", "", "3.4.2", "ruby:3.4.2-slim"},
		"the Gemfile's file":                 {`ruby file: ".ruby-version"`, "ruby-3.2.6\n", "", "", "3.2.6", "ruby:3.2.6-slim"},
		"the Gemfile's file, .tool-versions": {`ruby file: ".tool-versions"`, "", "", "ruby 3.2.6", "3.2.6", "ruby:3.2.6-slim"},
		"the Gemfile reads the file":         {`ruby File.read(".ruby-version").strip`, "3.2.6", "", "", "3.2.6", "ruby:3.2.6-slim"},
		"two numbers are exact":              {`ruby "3.4"`, "", "", "", "3.4.0", "ruby:3.4.0-slim"},
		"choice of the Gemfile's":            {`ruby "~> 3.2"`, "3.4.9", "", "", "3.4", "ruby:3.4-slim-trixie"},
		"choice that the Gemfile refuses":    {`ruby "~> 3.2.0"`, "3.4.9", "", "", "3.2", "ruby:3.2-slim-trixie"},
		"the default where it is allowed":    {`ruby ">= 3.2", "< 4.1"`, "", "", "", "3.3", "ruby:3.3-slim-trixie"},
		"the newest of what is allowed":      {`ruby ">= 3.4.0"`, "", "", "", "4.0", "ruby:4.0-slim-trixie"},
		"text that only Ruby can tell":       {`ruby ENV["RUBY"]`, "3.2.1", "", "", "3.2", "ruby:3.2-slim-trixie"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			more := map[string]string{
				"Gemfile":      "gem \"rails\"\n" + test.gemfile + "\n",
				"Gemfile.lock": detecttest.RailsGemfileLock("8.0.1", []string{"puma (6.5.0)"}) + test.lock,
			}

			for file, content := range map[string]string{".ruby-version": test.rubyVersion, ".tool-versions": test.tools} {
				if content != "" {
					more[file] = content
				}
			}

			plan, err := detectors.Detect(t, detecttest.RailsTree("8.0.1", nil, more), buildplan.Settings{})
			require.NoError(t, err)
			require.Equal(t, test.version, plan.Versions["ruby"])
			require.Contains(t, plan.Dockerfile, "\nFROM docker.io/library/"+test.image+" AS base\n")
		})
	}
}

func TestRailsRuby_UnknownVersion_IsAnErrorThatListsWhatThereIs(t *testing.T) {
	t.Parallel()

	for gemfile, words := range map[string]string{
		`ruby "2.7.8"`:                     "Gemfile asks for Ruby 2.7.8",
		`ruby "~> 2.7"`:                    "Gemfile asks for Ruby ~> 2.7",
		`ruby "latest"`:                    `"latest", which is not a version`,
		`ruby "3.1.4", engine: "jruby"`:    "asks for jruby",
		`ruby file: ".ruby-version"`:       "reads the Ruby version from .ruby-version, which names none",
		"ruby File.read('.tool-versions')": "reads the Ruby version from .tool-versions",
	} {
		t.Run(gemfile, func(t *testing.T) {
			t.Parallel()

			_, err := detectors.Detect(t, detecttest.RailsTree("8.0.1", []string{"puma (6.5.0)"}, map[string]string{"Gemfile": "gem \"rails\"\n" + gemfile + "\n"}), buildplan.Settings{})
			detecttest.RequireUsers(t, err, words)
		})
	}
}
