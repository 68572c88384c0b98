package frameworks

import (
	"context"
	_ "embed"
	"fmt"
	"slices"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/examples"
	"github.com/zeitwork/zeitwork/test/fixtures"
)

// framework is an example, and how its framework builds it by itself.
type framework struct {
	name  string
	write func(ctx context.Context, dir, cacheDir string) error
	// file is where a line has the text that each change replaces.
	file, text string
	// variables are the app's environment.
	variables map[string]string

	// image is the base image of the framework's own build, below docker.io/library. prepare are the commands that come before it, and build
	// is what is measured; empty where there is nothing to build.
	image       string
	environment []string
	prepare     [][]string
	build       []string

	official *official
}

// official is the Dockerfile that the framework's makers recommend.
type official struct {
	dockerfile string
	// file, before and after are the change of the source that it asks for.
	file, before, after string
}

//go:embed official/nextjs.Dockerfile
var nextjsDockerfile string

//go:embed official/rails.Dockerfile
var railsDockerfile string

func frameworks() []framework {
	node := func(name, file, text, image string) framework {
		return framework{
			name: name, file: file, text: text, image: image,
			write:       func(_ context.Context, dir, _ string) error { return examples.Write(dir, name, examples.NPM) },
			environment: []string{"NEXT_TELEMETRY_DISABLED=1", "NUXT_TELEMETRY_DISABLED=1"},
			prepare:     [][]string{{"npm", "ci", "--no-audit", "--no-fund"}},
			build:       []string{"npm", "run", "build"},
		}
	}

	const current, before = "node:24-trixie-slim", "node:22-trixie-slim"

	nextjs := node("nextjs", "app/page.tsx", "Hello from Next.js", current)
	nextjs.official = &official{
		dockerfile: nextjsDockerfile, file: "next.config.ts", before: "/* config options here */", after: `output: "standalone",`,
	}

	return []framework{
		nextjs,
		node("nuxt", "app/pages/index.vue", "Hello from Nuxt", current),
		node("node", "src/server.ts", "<h1>Hello from Node", before),
		node("vite", "src/main.ts", "The greeting is not set", current),
		rails(),
		laravel(current),
		{
			name: "static", file: "index.html", text: "Hello from files",
			write: func(_ context.Context, dir, _ string) error { return examples.WriteStatic(dir) },
		},
	}
}

func rails() framework {
	return framework{
		name: "rails", write: fixtures.WriteRails, file: "app/controllers/api/hello_controller.rb", text: "Hello from Rails",
		variables: map[string]string{"SECRET_KEY_BASE": "only-for-measuring-only-for-measuring-only-for-measuring"},
		image:     "ruby:3.3-slim-trixie",
		environment: []string{
			"RAILS_ENV=production", "BUNDLE_DEPLOYMENT=1", "BUNDLE_PATH=/usr/local/bundle", "BUNDLE_WITHOUT=development:test",
			"SECRET_KEY_BASE_DUMMY=1", "DEBIAN_FRONTEND=noninteractive",
		},
		prepare: [][]string{
			{"apt-get", "update"},
			{
				"apt-get", "install", "--yes", "--no-install-recommends",
				"build-essential", "libsqlite3-dev", "libxml2-dev", "libxslt1-dev", "libyaml-dev", "pkg-config",
			},
			{"bundle", "install"},
			{"bundle", "exec", "bootsnap", "precompile", "--gemfile"},
		},
		build:    []string{"sh", "-c", "bundle exec bootsnap precompile app/ lib/ && bin/rails assets:precompile"},
		official: &official{dockerfile: railsDockerfile},
	}
}

// laravel builds itself in the image of Node, with Debian's PHP beside it.
func laravel(image string) framework {
	return framework{
		name: "laravel", write: fixtures.WriteLaravel, file: "resources/views/welcome.blade.php", text: "Hello from Laravel",
		variables:   map[string]string{"APP_KEY": "base64:b25seS1mb3ItbWVhc3VyaW5nLW9ubHktZm9yLW1lYXM="},
		image:       image,
		environment: []string{"COMPOSER_ALLOW_SUPERUSER=1", "COMPOSER_NO_INTERACTION=1", "DEBIAN_FRONTEND=noninteractive"},
		prepare: [][]string{
			{"apt-get", "update"},
			{
				"apt-get", "install", "--yes", "--no-install-recommends",
				"composer", "git", "unzip", "php-cli", "php-curl", "php-mbstring", "php-sqlite3", "php-xml", "php-zip",
			},
			{"composer", "install", "--no-dev", "--no-progress"},
			{"npm", "ci", "--no-audit", "--no-fund"},
		},
		build: []string{"sh", "-c", "composer dump-autoload --no-dev --optimize && php artisan view:cache && npm run build"},
	}
}

// chosen returns the frameworks with these names, or all.
func chosen(names []string) ([]framework, error) {
	all := frameworks()
	if len(names) == 0 {
		return all, nil
	}

	known := lo.Map(all, func(f framework, _ int) string { return f.name })
	if unknown := lo.Without(names, known...); len(unknown) > 0 {
		return nil, fmt.Errorf("there is no framework %q: choose from %q", unknown, known)
	}

	return lo.Filter(all, func(f framework, _ int) bool { return slices.Contains(names, f.name) }), nil
}
