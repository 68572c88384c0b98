package php

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// laravelDockerfile is what the template is filled with.
type laravelDockerfile struct {
	What  string
	Image string
	PHP   string
	Port  int

	// Packages are Debian's for the app, ComposerPackages those that are needed in addition while it is built.
	Packages         string
	ComposerPackages string

	// InstallFiles are all that the installation reads.
	InstallFiles string
	// Auth says that the source has credentials of private repositories.
	Auth            bool
	ComposerSecrets string
	BuildSecrets    string
	// DatabaseDirectory says that there is a directory for SQLite's files, Database is the connection that the app uses where DB_CONNECTION does
	// not say: empty where it has no migrations.
	DatabaseDirectory bool
	Database          string

	// Node is how the assets are built; nil where there are none. Assets is the directory that they are built to.
	Node    *project.Dockerfile
	WithPHP bool
	Assets  string
}

func (l *laravelApp) dockerfile(settings buildplan.Settings, port int) *laravelDockerfile {
	// Without the tool for temporary files, php-fpm would bring systemd.
	packages := slices.Concat(
		[]string{"ca-certificates", "systemd-standalone-tmpfiles", l.debianPackage("cli"), l.debianPackage("fpm")},
		lo.Map(l.extensions, func(name string, _ int) string { return l.debianPackage(name) }))

	composerPackages := []string{"composer", "git", "unzip"}
	if !slices.Contains(l.extensions, "zip") {
		composerPackages = append(composerPackages, l.debianPackage("zip"))
	}

	return &laravelDockerfile{
		What: "a Laravel app", Image: settings.BaseImages[buildplan.RuntimePHP].Images[l.php], PHP: l.php, Port: port,
		Packages: strings.Join(packages, " "), ComposerPackages: strings.Join(composerPackages, " "),
		InstallFiles: strings.Join(append([]string{composerManifestName, lockfile.ComposerName}, l.packages...), " "),
		Auth:         source.IsFile(l.tree, "auth.json"), DatabaseDirectory: source.IsDirectory(l.tree, "database"), Database: l.database(),
	}
}

func (l *laravelApp) debianPackage(name string) string { return fmt.Sprintf("php%s-%s", l.php, name) }

// laravelDatabase matches the connection in config/database.php that is used where the environment does not name one.
var laravelDatabase = regexp.MustCompile(`'default'\s*=>\s*env\(\s*'DB_CONNECTION'\s*,\s*'([a-z]+)'`)

// database is empty where there is nothing to migrate.
func (l *laravelApp) database() string {
	if !source.Exists(l.tree, "database/migrations/*.php") {
		return ""
	}

	if content, err := source.Read(l.tree, "config/database.php"); err == nil {
		if match := laravelDatabase.FindSubmatch(content); match != nil {
			return string(match[1])
		}
	}

	// Without that file it is the framework that decides.
	version, err := semver.NewVersion(l.framework)
	if err == nil && version.LessThan(laravelSlim) {
		return "mysql"
	}

	return "sqlite"
}

// laravelSlim came with SQLite as the default, and with an app that leaves most of its configuration to the framework.
var laravelSlim = semver.MustParse("11.0.0-0")

// laravelDockerignore is what the Dockerfile does not see: what is made by the build, and what belongs to another environment.
func laravelDockerignore(assets *laravelAssets) string {
	lines := []string{
		".git", ".github", ".idea", ".vscode", "**/.DS_Store", ".env", ".env.local", ".env.*.local", "**/node_modules", "vendor",
		"bootstrap/cache/*.php", "public/hot", "public/storage",
		"storage/*.key", "storage/logs/*", "storage/framework/cache/data/*", "storage/framework/sessions/*", "storage/framework/views/*",
	}

	if assets != nil {
		lines = append(lines, assets.directory)
	}

	return strings.Join(lines, "\n") + "\n"
}
