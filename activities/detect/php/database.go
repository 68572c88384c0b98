package php

import (
	"regexp"

	"github.com/Masterminds/semver/v3"

	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// laravelDatabase matches the line of config/database.php with the connection for apps whose environment names none.
var laravelDatabase = regexp.MustCompile(`['"]default['"]\s*=>\s*env\(\s*['"]DB_CONNECTION['"]\s*,\s*['"]([a-z]+)['"]`)

// database is laravelDockerfile.Database.
func (l *laravelApp) database() string {
	if !source.Exists(l.tree, "database/migrations/*.php") {
		return ""
	}

	if content, err := source.Read(l.tree, "config/database.php"); err == nil {
		if match := laravelDatabase.FindSubmatch(content); match != nil {
			return string(match[1])
		}
	}

	// The framework has a default of its own for apps without that file.
	version, err := semver.NewVersion(l.framework)
	if err == nil && version.LessThan(laravelSlim) {
		return "mysql"
	}

	return "sqlite"
}

// laravelSlim is the first release in which SQLite is the default database, and in which new apps leave most of their configuration to the framework.
var laravelSlim = semver.MustParse("11.0.0-0")
