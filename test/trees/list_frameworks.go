package main

import (
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/client"
)

// frameworkTrees are of Rails and Laravel. Each is what it is about, laid over the example.
func frameworkTrees() []tree {
	secret := map[string]string{"SECRET_KEY_BASE": "only-for-trying-only-for-trying-only-for-trying-only-for-trying"}

	return []tree{
		{
			name: "07-laravel-artisan-in-build", source: "innocenzi/laravel-vite#137, vercel-community/php#54", base: laravel,
			right:     "The build script runs artisan: PHP and the app are where the assets are built.",
			variables: map[string]string{"APP_KEY": "base64:b25seS1mb3ItdHJ5aW5nLW9ubHktZm9yLXRyeWluZy0="},
			planned:   planned{framework: buildplan.FrameworkLaravel, says: []string{"with PHP beside"}},
			ends:      end{path: "/build/routes.json", text: `api\/hello`},
		},
		{
			name: "19-rails-made-on-windows", source: "rails/rails#46944, basecamp/kamal#279, ryanwi/rails7-on-docker#161", base: rails,
			right:     "bin/rails is as Windows leaves it: the release command that is proposed works, and so does the start.",
			settings:  client.CreateProjectInputBody{ReleaseCommand: new("bin/rails db:prepare")},
			variables: secret,
			planned:   planned{framework: buildplan.FrameworkRails, says: []string{"chmod 755 bin/rails"}},
			ends:      end{path: "/", text: "Hello from Rails"},
		},
		{
			name: "20-gemspec-calls-git", source: "ruby/rubygems#8959, rubygems/bundler#5810, fly-apps/dockerfile-rails#11", base: rails,
			finish:    addBillingGem,
			right:     "A gem in the source asks git for its files whenever the app starts: the gems are installed, and the app starts.",
			variables: secret,
			planned:   planned{framework: buildplan.FrameworkRails, says: []string{"/usr/local/bin/git"}},
			ends:      end{path: "/", text: "Hello from Rails"},
		},
	}
}
