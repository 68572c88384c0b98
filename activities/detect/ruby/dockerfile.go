package ruby

import (
	"io/fs"
	"path"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// dockerignore is the one of Rails' generator, in short.
const dockerignore = `.git
.github
.bundle
.env*
config/master.key
config/credentials/*.key
log/*
tmp/*
storage/*
node_modules
app/assets/builds/*
public/assets
coverage
Dockerfile*
`

// railsDockerfile is what its template is filled in with.
type railsDockerfile struct {
	Ruby chosenVersion
	// Node is nil for apps that do without.
	Node  *railsNode
	Rails string
	Port  int
	// BuildPackages and RunPackages are Debian's.
	BuildPackages, RunPackages string
	// GemFiles are what Bundler reads, besides the gems in vendor/cache.
	GemFiles string
	GemCache bool
	// Everything has the source copied before the gems are installed, as one of them is the source itself.
	Everything bool
	// Arguments are declared while assets are compiled.
	Arguments []string
	// InstallSecrets and BuildSecrets are the mounts of secrets.
	InstallSecrets, BuildSecrets string
	Bootsnap, Assets, Sprockets  bool
	// SecretKey is what stands in for the secret while assets are compiled.
	SecretKey string
	// Environment is what the app gets besides what all do.
	Environment []string
	Command     string
}

func (a railsApp) dockerfile(ruby chosenVersion, node *railsNode, plan buildplan.Plan, settings buildplan.Settings) railsDockerfile {
	build, run := a.packages()

	return railsDockerfile{
		Ruby: ruby, Node: node, Rails: a.version, Port: plan.Port, Arguments: plan.Arguments,
		BuildPackages: strings.Join(build, " "), RunPackages: strings.Join(run, " "),
		GemFiles: strings.Join(a.gemFiles(), " "), GemCache: a.vendored(),
		Everything:     lo.Contains(a.gemFiles(), "."),
		InstallSecrets: buildplan.SecretMounts(a.installSecrets(settings)), BuildSecrets: buildplan.SecretMounts(a.buildSecrets(settings)),
		Bootsnap: a.lock.Has("bootsnap"), Assets: a.compilesAssets(), Sprockets: a.lock.Has("sprockets-rails"),
		// From 7.1 on Rails makes one up when it is told to.
		SecretKey:   lo.Ternary(a.before("7.1.0"), "SECRET_KEY_BASE=for-the-build-only", "SECRET_KEY_BASE_DUMMY=1"),
		Environment: a.environment(), Command: a.command(),
	}
}

// compilesAssets tells whether a gem of the app brings the task assets:precompile.
func (a railsApp) compilesAssets() bool {
	return a.lock.Has("sprockets-rails", "propshaft", "vite_ruby", "shakapacker")
}

// gemFiles are the files of the source that the Gemfile speaks of, itself, and the directories of gems that stand in the source.
func (a railsApp) gemFiles() []string {
	names := append([]string{gemfileName, lockfile.GemfileName, rubyVersionFile}, a.gemfile.strings...)
	files := lo.Filter(names, func(name string, _ int) bool {
		return buildplan.PlainPath.MatchString(name) && fs.ValidPath(name) && source.IsFile(a.tree, name) && !a.ignore.Ignores(name)
	})

	return lo.Uniq(append(files, lo.Map(a.lock.Paths, func(directory string, _ int) string { return path.Clean(directory) })...))
}

// environment turns on what the production configuration of older generators asks the environment about.
func (a railsApp) environment() []string {
	config := a.text(productionConfig)

	return lo.FilterMap([]string{"RAILS_LOG_TO_STDOUT", "RAILS_SERVE_STATIC_FILES"}, func(name string, _ int) (string, bool) {
		return name + "=1", strings.Contains(config, name)
	})
}

// command starts Puma by itself, as bin/rails server of Rails 7.0 would not start after a crash that left its PID file.
func (a railsApp) command() string {
	if a.keepsDatabase() && a.hasSchema() {
		return `["sh", "-c", "` + prepareDatabase + ` && exec bundle exec puma"]`
	}

	return `["bundle", "exec", "puma"]`
}

func (a railsApp) hasSchema() bool {
	return lo.SomeBy([]string{"db/*schema.rb", "db/*structure.sql", "db/migrate/*.rb"}, func(pattern string) bool {
		found, err := fs.Glob(a.tree, pattern)

		return err == nil && len(found) > 0
	})
}
