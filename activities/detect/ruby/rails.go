package ruby

import (
	"github.com/Masterminds/semver/v3"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

const (
	productionConfig = "config/environments/production.rb"
	vendorCache      = "vendor/cache"
	pumaConfig       = "config/puma.rb"
	// prepareDatabase is the command that makes the database where there is none, and migrates it.
	prepareDatabase = "bin/rails db:prepare"
	oldestRails     = 7
)

// railsApp is what is known of a Rails app.
type railsApp struct {
	tree source.Tree

	gemfile gemfile
	lock    lockfile.GemfileLock
	ignore  source.IgnoreRules
	// version is the version of Rails, as the lockfile has it: with three numbers or four.
	version string
	// rails are the first three numbers of version.
	rails *semver.Version
}

// LookedFor names what the detector looks for, in the error for a source that no detector takes.
const LookedFor = "Gemfile with Rails"

// Detect takes a Rails app. An engine or another gem for Rails has no config/application.rb.
func Detect(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	if !source.IsFile(tree, gemfileName) || !source.IsFile(tree, "config/application.rb") {
		return buildplan.Plan{}, false, nil
	}

	app, ok, err := openRails(tree)
	if err != nil || !ok {
		return buildplan.Plan{}, false, err
	}

	if err := app.check(); err != nil {
		return buildplan.Plan{}, false, err
	}

	ruby, err := app.chooseVersion(settings.BaseImages[buildplan.RuntimeRuby])
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	node, err := app.node(settings)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	if err := app.checkSecret(settings); err != nil {
		return buildplan.Plan{}, false, err
	}

	return app.plan(ruby, node, settings), true, nil
}

// text returns the content of a file; empty where it cannot be read.
func (a railsApp) text(name string) string {
	content, err := source.Read(a.tree, name)
	if err != nil {
		return ""
	}

	return string(content)
}

// vendored tells whether the build gets the gems from the source.
func (a railsApp) vendored() bool {
	return source.IsDirectory(a.tree, vendorCache) && !a.ignore.Ignores(vendorCache)
}

// before tells whether the app's Rails is older than a version.
func (a railsApp) before(version string) bool { return a.rails.LessThan(semver.MustParse(version)) }

// hasDatabase tells whether the app uses a database.
func (a railsApp) hasDatabase() bool {
	return a.lock.Has("activerecord") && source.IsFile(a.tree, "config/database.yml")
}

// keepsDatabase tells whether the app's database is SQLite's, in a file of the app's VM.
func (a railsApp) keepsDatabase() bool {
	return a.hasDatabase() && a.lock.Has("sqlite3") && !a.lock.Has("pg", "mysql2", "trilogy")
}
