package ruby

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

var detectors = detecttest.Detectors{Detect}

func TestRails_App_IsBuiltAsItsLockfileSays(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files    map[string]string
		settings buildplan.Settings
		golden   string
		reason   string
		versions map[string]string
		plan     buildplan.Plan
	}{
		"7.0 with sprockets, Postgres and the older production configuration": {
			files: detecttest.RailsTree("7.0.8.7", []string{
				"bootsnap (1.18.4)", "image_processing (1.13.0)", "mini_magick (5.0.1)", "nokogiri (1.16.7-arm64-darwin)", "nokogiri (1.16.7-x86_64-linux)",
				"pg (1.5.9)", "puma (5.6.9)", "ruby-vips (2.2.2)", "sprockets-rails (3.5.2)",
			}, map[string]string{
				"config/routes.rb": "Rails.application.routes.draw do\nend\n",
				"config/environments/production.rb": "config.public_file_server.enabled = ENV[\"RAILS_SERVE_STATIC_FILES\"].present?\n" +
					"if ENV[\"RAILS_LOG_TO_STDOUT\"].present?\nend\n",
				".ruby-version": "ruby-3.2.2\n",
			}),
			golden:   "rails_7_0_postgres.Dockerfile",
			reason:   "There is a Gemfile with Rails 7.0.8.7. Ruby 3.2.2: .ruby-version asks for 3.2.2. It listens on PORT, which is 8080.",
			versions: map[string]string{"rails": "7.0.8.7", "ruby": "3.2.2", "bundler": "2.5.22"},
			plan:     buildplan.Plan{Port: 8080, ReleaseCommand: "bin/rails db:prepare", Dockerignore: dockerignore},
		},
		"7.1 API with MySQL and a Gemfile that insists on its Ruby": {
			files: detecttest.RailsTree("7.1.5", []string{"mysql2 (0.5.6)", "puma (6.5.0)"}, map[string]string{
				"Gemfile": "source 'https://rubygems.org'\nruby '3.3.6'\ngem 'rails', '~> 7.1'\ngem 'mysql2'\ngem('puma')\n", ".dockerignore": "log\n",
			}),
			settings: buildplan.Settings{Port: 3000, Variables: []string{"SECRET_KEY_BASE"}, BuildVariables: []string{"SENTRY_TOKEN"}},
			golden:   "rails_7_1_mysql.Dockerfile",
			reason: "There is a Gemfile with Rails 7.1.5. Ruby 3.3.6: the Gemfile insists on it. " +
				"The project's settings say that the app listens on port 3000.",
			versions: map[string]string{"rails": "7.1.5", "ruby": "3.3.6", "bundler": "2.5.22"},
			plan:     buildplan.Plan{Port: 3000, ReleaseCommand: "bin/rails db:prepare", HealthPath: "/up"},
		},
		"7.2 with SQLite, gems in vendor/cache and private gems": {
			files: detecttest.RailsTree("7.2.2.2", []string{"bootsnap (1.18.4)", "puma (6.6.0)", "sqlite3 (1.7.3)", "psych (5.1.2)"}, map[string]string{
				"vendor/cache/rails-7.2.2.2.gem": "", "db/migrate/1_create.rb": "", "config/database.yml": "production:\n",
				"gemfiles/more.rb": "", "engines/shop/shop.gemspec": "",
				"Gemfile": "source \"https://rubygems.org\"\neval_gemfile \"gemfiles/more.rb\"\ngem \"rails\"\ngem \"shop\", path: \"engines/shop\"\n",
				"Gemfile.lock": "PATH\n  remote: engines/shop\n  specs:\n    shop (0.1.0)\n\nGIT\n  remote: https://github.com/acme/tools.git\n  specs:\n    tools (1.0)\n\n" +
					detecttest.RailsGemfileLock("7.2.2.2", []string{"puma (6.6.0)", "sqlite3 (1.7.3)", "psych (5.1.2)", "bootsnap (1.18.4)", "shop!"}),
			}),
			settings: buildplan.Settings{Variables: []string{"BUNDLE_GITHUB__COM", "BUNDLE_OTHER__COM", "SECRET_KEY_BASE"}},
			golden:   "rails_7_2_sqlite.Dockerfile",
			reason: "There is a Gemfile with Rails 7.2.2.2. Ruby 3.3: the default. It listens on PORT, which is 8080. " +
				"Its SQLite database lives in the VM and starts empty with each deployment: use Postgres or MySQL for what is to be kept.",
			versions: map[string]string{"rails": "7.2.2.2", "ruby": "3.3", "bundler": "2.5.22"},
			plan:     buildplan.Plan{Port: 8080, HealthPath: "/up", Secrets: []string{"BUNDLE_GITHUB__COM"}, Dockerignore: dockerignore},
		},
		"8.0 with jsbundling by yarn": {
			files: detecttest.RailsTree("8.0.1", []string{"jsbundling-rails (1.3.1)", "propshaft (1.1.0)", "puma (6.5.0)", "trilogy (2.9.0)"}, map[string]string{
				"package.json": `{"name":"app","scripts":{"build":"esbuild app/javascript/*.*"},"dependencies":{"esbuild":"^0.24.0"}}`,
				"yarn.lock":    "# yarn lockfile v1\n\n\nesbuild@^0.24.0:\n  version \"0.24.2\"\n  resolved \"https://registry.yarnpkg.com/esbuild/-/esbuild-0.24.2.tgz#x\"\n",
			}),
			settings: buildplan.Settings{Variables: []string{"SECRET_KEY_BASE", "SENTRY_TOKEN"}, BuildVariables: []string{"SENTRY_TOKEN"}},
			golden:   "rails_8_0_yarn.Dockerfile",
			reason: "There is a Gemfile with Rails 8.0.1. Ruby 3.3: the default. Node 24 builds the assets: the default. yarn 1.22.22: yarn.lock. " +
				"It listens on PORT, which is 8080.",
			versions: map[string]string{"rails": "8.0.1", "ruby": "3.3", "bundler": "2.5.22", "node": "24", "yarn": "1.22.22"},
			plan:     buildplan.Plan{Port: 8080, ReleaseCommand: "bin/rails db:prepare", HealthPath: "/up", Secrets: []string{"SENTRY_TOKEN"}, Dockerignore: dockerignore},
		},
		"8.1 with import maps and Tailwind, without a database": {
			files: detecttest.RailsTree("8.1.0", []string{
				"bootsnap (1.18.6)", "importmap-rails (2.1.0)", "propshaft (1.3.1)", "puma (7.1.0)", "tailwindcss-rails (4.3.0)", "tailwindcss-ruby (4.1.13-x86_64-linux-gnu)",
				"thruster (0.1.15-x86_64-linux)",
			}, map[string]string{"config/database.yml": detecttest.Absent, "config/puma.rb": "port 4000\n", "Gemfile": "ruby \"~> 3.4.0\"\ngem \"rails\"\n"}),
			golden:   "rails_8_1_importmap.Dockerfile",
			reason:   "There is a Gemfile with Rails 8.1.0. Ruby 3.4: the Gemfile asks for ~> 3.4.0. config/puma.rb says that it listens on port 4000.",
			versions: map[string]string{"rails": "8.1.0", "ruby": "3.4", "bundler": "2.5.22"},
			plan:     buildplan.Plan{Port: 4000, HealthPath: "/up", Dockerignore: dockerignore},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan, err := detectors.Detect(t, test.files, test.settings)
			require.NoError(t, err)
			detecttest.RequireGolden(t, test.golden, plan.Dockerfile)

			test.plan.Framework, test.plan.Reason, test.plan.Versions = buildplan.FrameworkRails, test.reason, test.versions
			test.plan.Arguments = []string{}

			if test.plan.Secrets == nil {
				test.plan.Secrets = []string{}
			}

			plan.Dockerfile, plan.Missing = "", nil
			require.Equal(t, test.plan, plan)
		})
	}
}

func TestRails_WhatNoBuildCouldMend_IsAnErrorThatSaysWhatToChange(t *testing.T) {
	t.Parallel()

	gems := []string{"puma (6.5.0)", "pg (1.5.9)"}

	for name, test := range map[string]struct {
		more  map[string]string
		words []string
	}{
		"no lockfile":                  {map[string]string{"Gemfile.lock": detecttest.Absent}, []string{"no Gemfile.lock", "Run bundle lock --add-platform x86_64-linux"}},
		"lockfile that is none":        {map[string]string{"Gemfile.lock": detecttest.Absent, "Gemfile.lock/x": ""}, []string{"Gemfile.lock is not a file"}},
		"Rails 6":                      {map[string]string{"Gemfile.lock": detecttest.RailsGemfileLock("6.1.7", gems)}, []string{"Rails 6.1.7", "Rails 7 and newer"}},
		"gem that is not locked":       {map[string]string{"Gemfile": detecttest.RailsGemfile(append(gems, "devise (4)"))}, []string{"the gem devise", "Run bundle install"}},
		"lockfile of another platform": {map[string]string{"Gemfile.lock": "GEM\n  specs:\n    railties (8.0.1)\n    puma (6)\n\nPLATFORMS\n  arm64-darwin-23\n  x86_64-linux-musl\n\nDEPENDENCIES\n  rails\n  puma\n  pg\n"}, []string{"arm64-darwin-23, x86_64-linux-musl only", "bundle lock --add-platform x86_64-linux"}},
		"lockfile that is ignored":     {map[string]string{".dockerignore": "*.lock\n"}, []string{".dockerignore keeps Gemfile.lock from the build"}},
		"no web server":                {map[string]string{"Gemfile": detecttest.RailsGemfile(nil), "Gemfile.lock": detecttest.RailsGemfileLock("8.0.1", nil)}, []string{"no puma", "bundle add puma"}},
		"no bin/rails":                 {map[string]string{"bin/rails": detecttest.Absent}, []string{"app:update:bin"}},
		"gem by SSH":                   {map[string]string{"Gemfile.lock": "GIT\n  remote: git@github.com:acme/x.git\n  specs:\n    x (1)\n\n" + detecttest.RailsGemfileLock("8.0.1", gems)}, []string{"git@github.com:acme/x.git", "BUNDLE_GITHUB__COM"}},
		"gem outside":                  {map[string]string{"Gemfile.lock": "PATH\n  remote: ../shared\n  specs:\n    x (1)\n\n" + detecttest.RailsGemfileLock("8.0.1", gems)}, []string{"../shared", "outside"}},
		"two JavaScript lockfiles": {map[string]string{
			"Gemfile.lock": detecttest.RailsGemfileLock("8.0.1", append(gems, "jsbundling-rails (1)")), "package.json": "{}", "yarn.lock": "", "package-lock.json": "{}",
		}, []string{"package-lock.json and yarn.lock"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := detectors.Detect(t, detecttest.RailsTree("8.0.1", gems, test.more), buildplan.Settings{})
			detecttest.RequireUsers(t, err, test.words...)
		})
	}
}

func TestRails_SecretThatTheAppHas_IsNotAskedFor(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		variables []string
		more      map[string]string
	}{
		"variables that are not known":  {nil, nil},
		"variable":                      {[]string{"SECRET_KEY_BASE"}, nil},
		"credentials and their key":     {[]string{"RAILS_MASTER_KEY"}, map[string]string{"config/credentials.yml.enc": "x"}},
		"credentials of the production": {[]string{"RAILS_MASTER_KEY"}, map[string]string{"config/credentials/production.yml.enc": "x"}},
		"secrets.yml":                   {[]string{}, map[string]string{"config/secrets.yml": "production:\n"}},
		"initializer":                   {[]string{}, map[string]string{"config/initializers/secret.rb": "Rails.application.config.secret_key_base = ENV[\"KEY\"]\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := detectors.Detect(t, detecttest.RailsTree("8.0.1", []string{"puma (6.5.0)"}, test.more), buildplan.Settings{Variables: test.variables})
			require.NoError(t, err)
		})
	}
}

func TestRails_AppWithoutASecret_IsToldToSetOne(t *testing.T) {
	t.Parallel()

	credentials := map[string]string{"config/credentials.yml.enc": "x"}

	for name, test := range map[string]struct {
		variables []string
		more      map[string]string
		words     []string
	}{
		"none":                          {[]string{}, nil, []string{"Set the environment variable SECRET_KEY_BASE: bin/rails secret makes one"}},
		"none, with credentials":        {[]string{"PORT"}, credentials, []string{"RAILS_MASTER_KEY to what stands in config/master.key", "SECRET_KEY_BASE"}},
		"key without credentials to it": {[]string{"RAILS_MASTER_KEY"}, nil, []string{"there is no config/credentials.yml.enc"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := detectors.Detect(t, detecttest.RailsTree("8.0.1", []string{"puma (6.5.0)"}, test.more), buildplan.Settings{Variables: test.variables})
			detecttest.RequireUsers(t, err, test.words...)
		})
	}
}

func TestRails_OtherRubyProjects_AreNotTaken(t *testing.T) {
	t.Parallel()

	for name, more := range map[string]map[string]string{
		"engine":        {"config/application.rb": detecttest.Absent},
		"without Rails": {"Gemfile": "gem \"sinatra\"\n", "Gemfile.lock": "GEM\n  specs:\n    sinatra (4.0.0)\n"},
		"no lockfile":   {"Gemfile": "gem \"sinatra\"\n", "Gemfile.lock": detecttest.Absent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			detectors.RequireNotTaken(t, detecttest.RailsTree("8.0.1", nil, more), buildplan.Settings{})
		})
	}
}
