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

// dockerignore is the .dockerignore for apps that bring none: that of Rails' generator in short.
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

// railsDockerfile is the data of the template.
type railsDockerfile struct {
	Ruby rubyVersion
	// Node is nil for an app that does without Node.
	Node *railsNode
	// Rails is the version of Rails.
	Rails string
	Port  int
	// BuildPackages are Debian's packages for the build, RunPackages those for the app.
	BuildPackages, RunPackages string
	// GemFiles are all files that Bundler reads, but for the gems in vendor/cache.
	GemFiles string
	// GemCache says that the source has the gems in vendor/cache.
	GemCache bool
	// Everything says that Bundler reads the whole source, as the app is a gem of its own Gemfile.
	Everything bool
	// Arguments are the names of variables that become part of the assets.
	Arguments                    []string
	InstallSecrets, BuildSecrets string
	// Bootsnap, Assets and Sprockets say that the app uses bootsnap, that it has assets to compile, and that Sprockets compiles them.
	Bootsnap, Assets, Sprockets bool
	// LegacyOpenSSL says that webpack 4 is run, which asks for what Node has only when told so.
	LegacyOpenSSL bool
	// AsksGit says that the app runs git when it starts.
	AsksGit bool
	// MendBin are the scripts in bin that Linux does not run as they are.
	MendBin string
	// SecretKey is the variable, as NAME=value, that stands in for the app's secret while assets are compiled.
	SecretKey string
	// Environment are the variables of this app besides those of every app, as NAME=value.
	Environment []string
	// Command is the start command, in the form of CMD.
	Command string
}

// dockerfile returns the data of an app with that plan.
func (a railsApp) dockerfile(ruby rubyVersion, node *railsNode, plan buildplan.Plan, settings buildplan.Settings) railsDockerfile {
	build, run := a.packages(node)

	return railsDockerfile{
		Ruby: ruby, Node: node, Rails: a.version, Port: plan.Port, Arguments: plan.Arguments,
		BuildPackages: strings.Join(build, " "), RunPackages: strings.Join(run, " "),
		GemFiles: strings.Join(a.gemFiles(), " "), GemCache: a.vendored(),
		Everything:     lo.Contains(a.gemFiles(), "."),
		InstallSecrets: buildplan.SecretMounts(a.installSecrets(settings)), BuildSecrets: buildplan.SecretMounts(a.buildSecrets(settings)),
		Bootsnap: a.lock.Has("bootsnap"), Assets: a.compilesAssets(), Sprockets: a.lock.Has("sprockets-rails"),
		// Rails 7.1 and newer make up a secret when they are told to.
		SecretKey:     lo.Ternary(a.before("7.1.0"), "SECRET_KEY_BASE=for-the-build-only", "SECRET_KEY_BASE_DUMMY=1"),
		LegacyOpenSSL: node != nil && a.webpack4(), AsksGit: a.asksGit(), MendBin: strings.Join(a.binToMend(), " "),
		Environment: a.environment(), Command: a.command(plan.Port),
	}
}

// compilesAssets tells whether a gem brings the task assets:precompile.
func (a railsApp) compilesAssets() bool {
	return a.lock.Has("sprockets-rails", "propshaft", "vite_ruby", "shakapacker", "webpacker")
}

// webpack4 tells whether the assets are built by webpack 4, which Webpacker has before version 6.
func (a railsApp) webpack4() bool {
	major, _, _ := strings.Cut(a.lock.Gems["webpacker"].Version, ".")

	return lo.Contains([]string{"4", "5"}, major)
}

// gemFiles are the Gemfile, its lockfile, the files of the source that the Gemfile has the names of, and the directories of gems that stand in the source.
func (a railsApp) gemFiles() []string {
	names := append([]string{gemfileName, lockfile.GemfileName, rubyVersionFile}, a.gemfile.strings...)
	files := lo.Filter(names, func(name string, _ int) bool {
		return buildplan.PlainPath.MatchString(name) && fs.ValidPath(name) && source.IsFile(a.tree, name) && !a.ignore.Ignores(name)
	})

	return lo.Uniq(append(files, lo.Map(a.lock.Paths, func(directory string, _ int) string { return path.Clean(directory) })...))
}

// environment turns on what the production configuration of older generators leaves to variables.
func (a railsApp) environment() []string {
	config := a.text(productionConfig)

	return lo.FilterMap([]string{"RAILS_LOG_TO_STDOUT", "RAILS_SERVE_STATIC_FILES"}, func(name string, _ int) (string, bool) {
		return name + "=1", strings.Contains(config, name)
	})
}
