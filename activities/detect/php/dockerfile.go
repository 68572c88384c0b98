package php

import (
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// laravelDockerfile is the data of the template.
type laravelDockerfile struct {
	// What is being built, in words.
	What  string
	Image string
	PHP   string
	Port  int

	// Packages are Debian's packages for the app.
	Packages string
	// Official is how an official image of PHP gets its extensions; nil where PHP is Debian's.
	Official *officialPHP
	// ComposerPackages are Debian's packages that the build needs besides.
	ComposerPackages string

	// Scripts are the events of composer.json whose scripts run once the packages and the sources are there.
	Scripts []string
	// InstallFiles are all files that the installation of PHP's packages reads.
	InstallFiles string
	// Auth says that the source has an auth.json with credentials of private repositories.
	Auth            bool
	ComposerSecrets string
	BuildSecrets    string
	// DatabaseDirectory says that the app has a directory for files of SQLite.
	DatabaseDirectory bool
	// Database is the connection that the app uses where DB_CONNECTION names none; empty for an app without migrations.
	Database string

	// Node is how the assets are built; nil where none are.
	Node *project.Dockerfile
	// WithPHP says that the build of the assets needs PHP.
	WithPHP bool
	// Assets is the directory that the assets are built to.
	Assets string
}

// FPM is the name of the program php-fpm.
func (d *laravelDockerfile) FPM() string {
	if d.Official != nil {
		return "php-fpm"
	}

	return "php-fpm" + d.PHP
}

// FPMConfiguration is the file that php-fpm reads.
func (d *laravelDockerfile) FPMConfiguration() string {
	if d.Official != nil {
		return "/usr/local/etc/php-fpm.conf"
	}

	return "/etc/php/" + d.PHP + "/fpm/php-fpm.conf"
}

// IniDirectory is the directory with the settings of PHP.
func (d *laravelDockerfile) IniDirectory() string {
	if d.Official != nil {
		return "/usr/local/etc/php/conf.d"
	}

	return "/etc/php/" + d.PHP + "/fpm/conf.d"
}

// Hashed is the path below which the names of the assets change with their content.
func (d *laravelDockerfile) Hashed() string {
	if d.Node == nil || d.Assets == publicDirectory {
		return "/build/assets/"
	}

	return strings.TrimPrefix(d.Assets, publicDirectory) + "/assets/"
}

// dockerfile fills in all but the secrets and the assets.
func (l *laravelApp) dockerfile(port int) *laravelDockerfile {
	// php-fpm depends on a tool for temporary files, for which Debian would install all of systemd.
	packages := slices.Concat(
		[]string{"ca-certificates", "systemd-standalone-tmpfiles", l.debianPackage("cli"), l.debianPackage("fpm")},
		lo.Map(l.extensions, func(name string, _ int) string { return l.debianPackage(name) }))

	composerPackages := []string{"composer", "git", "unzip"}
	if !slices.Contains(l.extensions, "zip") {
		composerPackages = append(composerPackages, l.debianPackage("zip"))
	}

	if len(l.patches) > 0 {
		composerPackages = append(composerPackages, "patch")
	}

	return &laravelDockerfile{
		What: "a Laravel app", Scripts: l.scripts, Image: l.php.Reference, PHP: l.php.Version, Official: l.official, Port: port,
		Packages: strings.Join(packages, " "), ComposerPackages: strings.Join(composerPackages, " "),
		InstallFiles: strings.Join(slices.Concat([]string{composerManifestName, lockfile.ComposerName}, l.packages, l.patches), " "),
		Auth:         source.IsFile(l.tree, "auth.json"), DatabaseDirectory: source.IsDirectory(l.tree, "database"), Database: l.database(),
	}
}

// debianPackage is the full name of one of PHP's packages.
func (l *laravelApp) debianPackage(name string) string {
	return fmt.Sprintf("php%s-%s", l.php.Version, name)
}
