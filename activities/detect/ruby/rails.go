package ruby

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	productionConfig = "config/environments/production.rb"
	vendorCache      = "vendor/cache"
	// prepareDatabase makes the database that is missing, and migrates the one that is there.
	prepareDatabase = "bin/rails db:prepare"
	oldestRails     = 7
)

// railsApp is a Rails app: what is known of it by its files.
type railsApp struct {
	tree source.Tree

	gemfile gemfile
	lock    lockfile.GemfileLock
	ignore  source.IgnoreRules
	// version of Rails as it stands in the lockfile, which may have four numbers; rails are the first three.
	version string
	rails   *semver.Version
}

// LookedFor names what the detector looks for, in the error for a source that no detector takes.
const LookedFor = "Gemfile with Rails"

// Detect takes an app, and leaves the engines and other gems that are made with Rails alone: these have no config/application.rb.
func Detect(files source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	if !source.IsFile(files, gemfileName) || !source.IsFile(files, "config/application.rb") {
		return buildplan.Plan{}, false, nil
	}

	app, ok, err := openRails(files)
	if err != nil || !ok {
		return buildplan.Plan{}, false, err
	}

	if err := app.check(); err != nil {
		return buildplan.Plan{}, false, err
	}

	ruby, err := chooseVersion(app, settings.BaseImages[buildplan.RuntimeRuby])
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

func (a railsApp) plan(ruby chosenVersion, node *railsNode, settings buildplan.Settings) buildplan.Plan {
	port, portReason := a.choosePort(settings.Port)
	reasons := []string{"There is a Gemfile with Rails " + a.version + ".", ruby.because}

	plan := buildplan.Plan{
		Framework:    buildplan.FrameworkRails,
		Versions:     map[string]string{"rails": a.version, "ruby": ruby.version},
		Port:         port,
		Dockerignore: source.GeneratedDockerignore(a.tree, dockerignore),
		Arguments:    a.publicVariables(settings),
		Secrets:      append(a.installSecrets(settings), a.buildSecrets(settings)...),
		HealthPath:   a.healthPath(),
		Missing:      ruby.missing(settings.BaseImages[buildplan.RuntimeRuby]),
	}

	if a.lock.Bundler != "" {
		plan.Versions["bundler"] = a.lock.Bundler
	}

	if node != nil {
		reasons = append(reasons, node.because)

		maps.Copy(plan.Versions, node.versions)
		maps.Copy(plan.Missing, node.missing)
		plan.Secrets = append(plan.Secrets, node.secrets...)
	}

	if a.hasDatabase() && !a.keepsDatabase() {
		plan.ReleaseCommand = prepareDatabase
	}

	plan.Secrets = lo.Uniq(plan.Secrets)
	plan.Reason = strings.Join(lo.Compact(append(reasons, portReason, a.warning())), " ")
	plan.Dockerfile = buildplan.Render(templates, "rails.Dockerfile.tmpl", a.dockerfile(ruby, node, plan, settings))

	return plan
}

// openRails returns false for a Gemfile without Rails.
func openRails(files source.Tree) (railsApp, bool, error) {
	content, err := source.Read(files, gemfileName)
	if err != nil {
		return railsApp{}, false, err
	}

	app := railsApp{tree: files, gemfile: parseGemfile(string(content))}

	if app.ignore, err = source.ReadIgnoreRules(files); err != nil {
		return app, false, err
	}

	content, err = source.Read(files, lockfile.GemfileName)

	switch {
	case errors.Is(err, fs.ErrNotExist):
		if lo.Some(app.gemfile.strings, []string{"rails", "railties"}) {
			return app, false, problem.New(problem.Invalid, "There is a Gemfile with Rails, but no Gemfile.lock, which says what versions are installed. "+
				"Run bundle lock --add-platform x86_64-linux and commit Gemfile.lock.")
		}

		return app, false, nil
	case problem.IsUsers(err):
		return app, false, err
	case err != nil:
		return app, false, problem.Wrap(err, problem.Invalid, "%s is not a file inside the root directory. Replace it by a regular file.", lockfile.GemfileName)
	}

	app.lock = lockfile.ParseGemfile(string(content))

	gem, ok := app.lock.Gems["railties"]
	if !ok {
		return app, false, nil
	}

	app.version = gem.Version
	if app.rails, err = semver.NewVersion(railsRelease.FindString(gem.Version)); err != nil {
		return app, false, problem.Wrap(err, problem.Invalid, "Gemfile.lock has railties %s, which is not a version. Run bundle lock and commit it.", gem.Version)
	}

	return app, true, nil
}

var railsRelease = regexp.MustCompile(`^\d+\.\d+\.\d+`)

// check finds what no build could mend.
func (a railsApp) check() error {
	if a.rails.Major() < oldestRails {
		return problem.New(problem.Invalid, "Gemfile.lock has Rails %s. Zeitwork builds Rails 7 and newer: upgrade it, or add a Dockerfile.", a.version)
	}

	if missing, found := lo.Find(a.gemfile.gems, func(gem string) bool { return !lo.Contains(a.lock.Dependencies, gem) }); found {
		return problem.New(problem.Invalid, "The Gemfile asks for the gem %s, but Gemfile.lock does not have it. "+
			"Run bundle install and commit Gemfile.lock.", missing)
	}

	if !a.lock.ForLinux() {
		return problem.New(problem.Invalid, "Gemfile.lock is for %s only. Run bundle lock --add-platform x86_64-linux and commit Gemfile.lock.",
			strings.Join(a.lock.Platforms, ", "))
	}

	if !a.lock.Has("puma") {
		return problem.New(problem.Invalid, "Gemfile.lock has no puma, which is the web server that Zeitwork starts. "+
			"Run bundle add puma and commit it, or add a Dockerfile.")
	}

	if name, found := lo.Find([]string{gemfileName, lockfile.GemfileName}, a.ignore.Ignores); found {
		return problem.New(problem.Invalid, ".dockerignore keeps %s from the build. Take it out there.", name)
	}

	if !source.IsFile(a.tree, "bin/rails") {
		return problem.New(problem.Invalid, "There is no bin/rails. Run bundle exec rails app:update:bin and commit the directory bin.")
	}

	return a.checkSources()
}

// text returns the content of a file that Rails reads, empty where it is not there.
func (a railsApp) text(name string) string {
	content, err := source.Read(a.tree, name)
	if err != nil {
		return ""
	}

	return string(content)
}

// vendored tells whether the source brings the gems.
func (a railsApp) vendored() bool {
	return source.IsDirectory(a.tree, vendorCache) && !a.ignore.Ignores(vendorCache)
}

func (a railsApp) before(version string) bool { return a.rails.LessThan(semver.MustParse(version)) }

var (
	healthRoute = regexp.MustCompile(`(?m)^ {0,2}get\s*\(?\s*["']/?([\w./-]+)["']\s*(?:=>|,\s*to:)\s*["']rails/health#show["']`)
	pumaPort    = regexp.MustCompile(`(?m)^\s*port\s*\(?\s*["']?(\d+)["']?`)
)

// healthPath is that of the generator's health route, unless it stands in a scope or is not there.
func (a railsApp) healthPath() string {
	if route := healthRoute.FindStringSubmatch(a.text("config/routes.rb")); route != nil {
		return path.Join("/", route[1])
	}

	return ""
}

// choosePort takes the number in Puma's configuration: the generator's asks PORT.
func (a railsApp) choosePort(wanted int) (int, string) {
	if fixed := pumaPort.FindStringSubmatch(a.text("config/puma.rb")); fixed != nil && wanted == 0 {
		if port, err := strconv.Atoi(fixed[1]); err == nil {
			return port, fmt.Sprintf("config/puma.rb says that it listens on port %d.", port)
		}
	}

	return buildplan.ChoosePort(wanted)
}

func (a railsApp) hasDatabase() bool {
	return a.lock.Has("activerecord") && source.IsFile(a.tree, "config/database.yml")
}

// keepsDatabase tells whether the app has its database in files of its own.
func (a railsApp) keepsDatabase() bool {
	return a.hasDatabase() && a.lock.Has("sqlite3") && !a.lock.Has("pg", "mysql2", "trilogy")
}

func (a railsApp) warning() string {
	if a.keepsDatabase() {
		return "Its SQLite database lives in the VM and starts empty with each deployment: use Postgres or MySQL for what is to be kept."
	}

	return ""
}
