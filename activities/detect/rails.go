package detect

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
	tree source

	gemfile gemfile
	lock    gemLock
	ignore  ignoreRules
	// version of Rails as it stands in the lockfile, which may have four numbers; rails are the first three.
	version string
	rails   *semver.Version
}

// railsLookedFor is what a source must have, for the user whose source has none of it.
const railsLookedFor = "Gemfile with Rails"

// detectRails takes an app, and leaves the engines and other gems that are made with Rails alone: these have no config/application.rb.
func detectRails(files source, settings Settings) (Plan, bool, error) {
	if !isFile(files, gemfileName) || !isFile(files, "config/application.rb") {
		return Plan{}, false, nil
	}

	app, ok, err := openRails(files)
	if err != nil || !ok {
		return Plan{}, false, err
	}

	if err := app.check(); err != nil {
		return Plan{}, false, err
	}

	ruby, err := chooseRuby(app, settings.BaseImages[runtimeRuby])
	if err != nil {
		return Plan{}, false, err
	}

	node, err := app.node(settings)
	if err != nil {
		return Plan{}, false, err
	}

	if err := app.checkSecret(settings); err != nil {
		return Plan{}, false, err
	}

	return app.plan(ruby, node, settings), true, nil
}

func (a railsApp) plan(ruby chosenRuby, node *railsNode, settings Settings) Plan {
	port, portReason := a.choosePort(settings.Port)
	reasons := []string{"There is a Gemfile with Rails " + a.version + ".", ruby.because}

	plan := Plan{
		Framework:    FrameworkRails,
		Versions:     map[string]string{"rails": a.version, "ruby": ruby.version},
		Port:         port,
		Dockerignore: unlessPresent(a.tree, railsDockerignore),
		Arguments:    a.publicVariables(settings),
		Secrets:      append(a.installSecrets(settings), a.buildSecrets(settings)...),
		HealthPath:   a.healthPath(),
		Missing:      ruby.missing(settings.BaseImages[runtimeRuby]),
	}

	if a.lock.bundler != "" {
		plan.Versions["bundler"] = a.lock.bundler
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
	plan.Dockerfile = render(railsTemplates, "rails.Dockerfile.tmpl", a.dockerfile(ruby, node, plan, settings))

	return plan
}

// openRails returns false for a Gemfile without Rails.
func openRails(files source) (railsApp, bool, error) {
	content, err := readBounded(files, gemfileName)
	if err != nil {
		return railsApp{}, false, err
	}

	app := railsApp{tree: files, gemfile: parseGemfile(string(content))}

	if app.ignore, err = readIgnoreRules(files); err != nil {
		return app, false, err
	}

	content, err = readBounded(files, gemfileLock)

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
		return app, false, problem.Wrap(err, problem.Invalid, "%s is not a file inside the root directory. Replace it by a regular file.", gemfileLock)
	}

	app.lock = parseGemLock(string(content))

	gem, ok := app.lock.gems["railties"]
	if !ok {
		return app, false, nil
	}

	app.version = gem.version
	if app.rails, err = semver.NewVersion(railsRelease.FindString(gem.version)); err != nil {
		return app, false, problem.Wrap(err, problem.Invalid, "Gemfile.lock has railties %s, which is not a version. Run bundle lock and commit it.", gem.version)
	}

	return app, true, nil
}

var railsRelease = regexp.MustCompile(`^\d+\.\d+\.\d+`)

// check finds what no build could mend.
func (a railsApp) check() error {
	if a.rails.Major() < oldestRails {
		return problem.New(problem.Invalid, "Gemfile.lock has Rails %s. Zeitwork builds Rails 7 and newer: upgrade it, or add a Dockerfile.", a.version)
	}

	if missing, found := lo.Find(a.gemfile.gems, func(gem string) bool { return !lo.Contains(a.lock.dependencies, gem) }); found {
		return problem.New(problem.Invalid, "The Gemfile asks for the gem %s, but Gemfile.lock does not have it. "+
			"Run bundle install and commit Gemfile.lock.", missing)
	}

	if !a.lock.forLinux() {
		return problem.New(problem.Invalid, "Gemfile.lock is for %s only. Run bundle lock --add-platform x86_64-linux and commit Gemfile.lock.",
			strings.Join(a.lock.platforms, ", "))
	}

	if !a.lock.has("puma") {
		return problem.New(problem.Invalid, "Gemfile.lock has no puma, which is the web server that Zeitwork starts. "+
			"Run bundle add puma and commit it, or add a Dockerfile.")
	}

	if name, found := lo.Find([]string{gemfileName, gemfileLock}, a.ignore.ignores); found {
		return problem.New(problem.Invalid, ".dockerignore keeps %s from the build. Take it out there.", name)
	}

	if !isFile(a.tree, "bin/rails") {
		return problem.New(problem.Invalid, "There is no bin/rails. Run bundle exec rails app:update:bin and commit the directory bin.")
	}

	return a.checkSources()
}

// text returns the content of a file that Rails reads, empty where it is not there.
func (a railsApp) text(name string) string {
	content, err := readBounded(a.tree, name)
	if err != nil {
		return ""
	}

	return string(content)
}

// vendored tells whether the source brings the gems.
func (a railsApp) vendored() bool {
	return isDirectory(a.tree, vendorCache) && !a.ignore.ignores(vendorCache)
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

	return choosePort(wanted)
}

func (a railsApp) hasDatabase() bool {
	return a.lock.has("activerecord") && isFile(a.tree, "config/database.yml")
}

// keepsDatabase tells whether the app has its database in files of its own.
func (a railsApp) keepsDatabase() bool {
	return a.hasDatabase() && a.lock.has("sqlite3") && !a.lock.has("pg", "mysql2", "trilogy")
}

func (a railsApp) warning() string {
	if a.keepsDatabase() {
		return "Its SQLite database lives in the VM and starts empty with each deployment: use Postgres or MySQL for what is to be kept."
	}

	return ""
}
