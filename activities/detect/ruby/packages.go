package ruby

import (
	"slices"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// gemPackages are Debian's packages that gems need.
var gemPackages = []struct {
	gem string
	// build are needed while the gem is installed, and run when the app runs.
	build, run []string
	// always says that the packages are needed also for a gem that is not compiled. Libraries that it loads with the app are needed by the build, too.
	always bool
}{
	{"curb", []string{"libcurl4-openssl-dev"}, []string{"libcurl4"}, false},
	{"ethon", []string{"libcurl4"}, []string{"libcurl4"}, true},
	{"ffi", []string{"libffi-dev"}, []string{"libffi8"}, false},
	{"fiddle", []string{"libffi-dev"}, []string{"libffi8"}, false},
	{"hiredis-client", []string{"libssl-dev"}, nil, false},
	{"mini_magick", nil, []string{"imagemagick"}, true},
	{"mysql2", []string{"default-libmysqlclient-dev"}, []string{"libmariadb3"}, false},
	{"nokogiri", []string{"libxml2-dev", "libxslt1-dev", "zlib1g-dev"}, []string{"libxml2", "libxslt1.1"}, false},
	{"openssl", []string{"libssl-dev"}, nil, false},
	{"pg", []string{"libpq-dev"}, []string{"libpq5"}, false},
	{"psych", []string{"libyaml-dev"}, []string{"libyaml-0-2"}, false},
	{"rmagick", []string{"libmagickwand-dev"}, []string{"imagemagick"}, false},
	{"ruby-vips", []string{"libvips42"}, []string{"libvips42"}, true},
	{"rugged", []string{"cmake", "libssl-dev"}, nil, false},
	{"sqlite3", []string{"libsqlite3-dev"}, []string{"libsqlite3-0"}, false},
	{"tiny_tds", []string{"freetds-dev"}, []string{"libct4", "libsybdb5"}, false},
	{"trilogy", []string{"libssl-dev"}, nil, false},
}

// schemaClients are Debian's packages with the programs that load db/structure.sql, by the gem of the database.
var schemaClients = map[string]string{"pg": "postgresql-client", "mysql2": "default-mysql-client", "trilogy": "default-mysql-client", "sqlite3": "sqlite3"}

// packages returns Debian's packages for the stages that build, and for the app.
func (a railsApp) packages(node *railsNode) (build, run []string) {
	build, run = []string{"build-essential", "pkg-config"}, []string{"libjemalloc2"}

	if len(a.lock.GitRemotes) > 0 {
		build = append(build, "git")
	}

	if node != nil {
		// build-essential has what compiles, but for Python.
		build = append(build, lo.Without(node.packages, "make", "g++")...)
	}

	for _, known := range gemPackages {
		if a.lock.Compiles(known.gem) && !known.always || a.needs(known.gem) && known.always {
			build, run = append(build, known.build...), append(run, known.run...)
		}
	}

	for gem, client := range schemaClients {
		if a.lock.Has(gem) && source.IsFile(a.tree, "db/structure.sql") {
			run = append(run, client)
		}
	}

	slices.Sort(build)
	slices.Sort(run)

	return slices.Compact(build), slices.Compact(run)
}

// needs leaves out mini_magick where it is only a dependency of image_processing, which Rails uses with libvips.
func (a railsApp) needs(gem string) bool {
	return a.lock.Has(gem) && (gem != "mini_magick" || lo.Contains(a.lock.Dependencies, gem))
}
