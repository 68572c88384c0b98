package detecttest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"
)

const railsRoutes = `Rails.application.routes.draw do
  # Reveal health status on /up that returns 200 if the app boots with no exceptions, otherwise 500.
  get "up" => "rails/health#show", as: :rails_health_check
end
`

// RailsTree are the files of an app with those gems, given as the lockfile has them: "pg (1.5.9)".
func RailsTree(version string, gems []string, more map[string]string) map[string]string {
	files := map[string]string{
		"Gemfile":                           RailsGemfile(gems),
		"Gemfile.lock":                      RailsGemfileLock(version, gems),
		"bin/rails":                         "#!/usr/bin/env ruby\n",
		"config/application.rb":             "require_relative \"boot\"\n",
		"config/routes.rb":                  railsRoutes,
		"config/puma.rb":                    "port ENV.fetch(\"PORT\", 3000)\n",
		"config/database.yml":               "production:\n",
		"config/environments/production.rb": "Rails.application.configure do\nend\n",
	}
	maps.Copy(files, more)
	maps.DeleteFunc(files, func(_, content string) bool { return content == Absent })

	return files
}

// Absent is the content that takes a file out of the tree.
const Absent = "absent"

func gemName(gem string, _ int) string { return strings.Fields(gem)[0] }

// RailsGemfile asks for Rails and those gems.
func RailsGemfile(gems []string) string {
	lines := lo.Map(lo.Uniq(lo.Map(gems, gemName)), func(name string, _ int) string { return fmt.Sprintf("gem %q, \">= 0\"\n", name) })

	return "source \"https://rubygems.org\"\n\ngem \"rails\"\n# gem \"redis\"\n" + strings.Join(lines, "")
}

// RailsGemfileLock has Rails in that version and those gems.
func RailsGemfileLock(version string, gems []string) string {
	all := append([]string{
		"actionpack (" + version + ")", "activerecord (" + version + ")", "rails (" + version + ")", "railties (" + version + ")",
	}, gems...)
	slices.Sort(all)

	names := lo.Uniq(lo.Map(append(slices.Clone(gems), "rails"), gemName))
	slices.Sort(names)

	return "GEM\n  remote: https://rubygems.org/\n  specs:\n    " + strings.Join(all, "\n      activesupport (= "+version+")\n    ") + "\n\n" +
		"PLATFORMS\n  arm64-darwin-23\n  x86_64-linux\n\nDEPENDENCIES\n  " + strings.Join(names, "\n  ") + "\n\nBUNDLED WITH\n   2.5.22\n"
}
