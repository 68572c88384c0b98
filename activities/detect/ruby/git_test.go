package ruby

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestGit_ThatTheAppAsksWhenItStarts_HasAStandIn(t *testing.T) {
	t.Parallel()

	gems := []string{"puma (6.5.0)"}
	engine := func(gemspec string) map[string]string {
		return map[string]string{
			"Gemfile.lock":                    "PATH\n  remote: engines/billing\n  specs:\n    billing (0.1.0)\n\n" + detecttest.RailsGemfileLock("8.0.1", append(gems, "billing!")),
			"engines/billing/billing.gemspec": gemspec,
		}
	}

	for name, test := range map[string]struct {
		files map[string]string
		asks  bool
	}{
		"backticks":      {engine("s.files = `git ls-files -z`.split(\"\\x0\")"), true},
		"a list":         {engine("s.files = IO.popen(%w[git ls-files -z], chdir: __dir__, &:read)"), true},
		"%x":             {engine("s.files = %x(git ls-files).split"), true},
		"system":         {engine(`Open3.capture2("git", "rev-parse")`), true},
		"an address":     {engine(`s.homepage = "https://github.com/acme/billing.git"`), false},
		"an initializer": {map[string]string{"config/initializers/version.rb": "VERSION = `git rev-parse HEAD`.strip"}, true},
		"nothing":        {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, detecttest.RailsTree("8.0.1", gems, test.files), buildplan.Settings{})
			require.Equal(t, test.asks, strings.Contains(plan.Dockerfile, "/usr/local/bin/git\n"))
		})
	}
}
