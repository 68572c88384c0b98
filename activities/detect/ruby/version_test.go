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
		".ruby-version first":                {"", "3.2.1", locked, "ruby 4.0.0", "3.2.1", "ruby:3.2.1-slim"},
		"then the lockfile":                  {"", "", locked, "ruby 4.0.0", "3.4", "ruby:3.4-slim-trixie"},
		"then .tool-versions":                {"", "", "", "nodejs 22.1.0\nruby 4.0.0\n", "4.0.0", "ruby:4.0.0-slim"},
		"the Gemfile before all":             {"ruby '3.4.2'", "3.2.1", "", "", "3.4.2", "ruby:3.4.2-slim"},
		"the Gemfile's file":                 {`ruby file: ".ruby-version"`, "ruby-3.2.6\n", "", "", "3.2.6", "ruby:3.2.6-slim"},
		"the Gemfile's file, .tool-versions": {`ruby file: ".tool-versions"`, "", "", "ruby 3.2.6", "3.2.6", "ruby:3.2.6-slim"},
		"the Gemfile reads the file":         {`ruby File.read(".ruby-version").strip`, "3.2.6", "", "", "3.2.6", "ruby:3.2.6-slim"},
		"two numbers are exact":              {`ruby "3.4"`, "", "", "", "3.4.0", "ruby:3.4.0-slim"},
		"choice of the Gemfile's":            {`ruby "~> 3.2"`, "3.4.9", "", "", "3.4.9", "ruby:3.4.9-slim"},
		"choice that the Gemfile refuses":    {`ruby "~> 3.2.0"`, "3.4.9", "", "", "3.2", "ruby:3.2-slim-trixie"},
		"the default where it is allowed":    {`ruby ">= 3.2", "< 4.1"`, "", "", "", "3.3", "ruby:3.3-slim-trixie"},
		"what the Gemfile names":             {`ruby ">= 3.4.0"`, "", "", "", "3.4", "ruby:3.4-slim-trixie"},
		"the newest of what is allowed":      {`ruby "> 3.5.999"`, "", "", "", "4.0", "ruby:4.0-slim-trixie"},
		"a line that the table lacks":        {`ruby ">= 3.0", "< 3.1"`, "", "", "", "3.0", "ruby:3.0-slim"},
		"an exact version of another line":   {`ruby "3.0.6"`, "", "", "", "3.0.6", "ruby:3.0.6-slim"},
		"old and new lines":                  {`ruby "~> 3.1.0"`, "", "", "", "3.1", "ruby:3.1-slim"},
		"a line with a name":                 {"", "ruby-3.4\n", "", "", "3.4", "ruby:3.4-slim-trixie"},
		"a gemset":                           {"", "ruby-3.4.2@shop\n", "", "", "3.4.2", "ruby:3.4.2-slim"},
		"text that only Ruby can tell":       {`ruby ENV["RUBY"]`, "3.2.1", "", "", "3.2.1", "ruby:3.2.1-slim"},
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

	settings := buildplan.Settings{BaseImages: buildplan.DefaultBaseImages().Without("docker.io/library/ruby:2.7.8-slim", "docker.io/library/ruby:2.7-slim", "docker.io/library/ruby:2.7.0-slim")}

	for gemfile, words := range map[string]string{
		`ruby "2.7.8"`:                     "The Gemfile insists on Ruby 2.7.8, and the registry has no image ruby:2.7.8-slim. Have the Gemfile ask for a line, as in ruby \"~> 3.3.0\"",
		`ruby "~> 2.7.0"`:                  "The Gemfile insists on Ruby ~> 2.7.0, and the registry has no image ruby:2.7.0-slim.",
		`ruby "latest"`:                    `"latest", which is not a version`,
		`ruby "3.1.4", engine: "jruby"`:    "asks for jruby",
		`ruby file: ".ruby-version"`:       "reads the Ruby version from .ruby-version, which names none",
		"ruby File.read('.tool-versions')": "reads the Ruby version from .tool-versions",
	} {
		t.Run(gemfile, func(t *testing.T) {
			t.Parallel()

			_, err := detectors.Detect(t, detecttest.RailsTree("8.0.1", []string{"puma (6.5.0)"}, map[string]string{"Gemfile": "gem \"rails\"\n" + gemfile + "\n"}), settings)
			detecttest.RequireUsers(t, err, words)
		})
	}
}

func TestRailsRuby_PinThatTheRegistryLacks_IsTheNewestOfItsLine(t *testing.T) {
	t.Parallel()

	settings := buildplan.Settings{BaseImages: buildplan.DefaultBaseImages().Without("docker.io/library/ruby:3.4.9-slim", "docker.io/library/ruby:2.7.1-slim")}
	pinned := func(version string) map[string]string {
		return detecttest.RailsTree("8.0.1", []string{"puma (6.5.0)"}, map[string]string{".ruby-version": version})
	}

	plan := detectors.RequirePlan(t, pinned("3.4.9"), settings)
	require.Equal(t, "3.4", plan.Versions["ruby"])
	require.Contains(t, plan.Reason, "Ruby 3.4: .ruby-version asks for 3.4.9, and the registry has no image ruby:3.4.9-slim, so that it is the newest release of this line.")

	detectors.RequireError(t, pinned("2.7.1"), settings, ".ruby-version asks for Ruby 2.7.1, and the registry has no image ruby:2.7.1-slim. Change it to one of 3.1, 3.2,")
	detectors.RequireError(t, pinned("jruby-9.4"), settings, ".ruby-version asks for Ruby jruby-9.4, which is not to be had here.")
}
