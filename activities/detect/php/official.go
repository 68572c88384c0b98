package php

import (
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// composerImage is where the build with an official image of PHP has Composer from: these images keep Debian's PHP, which Debian's Composer needs, from being
// installed.
const composerImage = "docker.io/library/composer:2"

// officialPHP is how an official image of PHP gets its extensions, which it compiles.
type officialPHP struct {
	// Packages are Debian's packages with what extensions are compiled against.
	Packages string
	// Compiled are extensions out of PHP's own source, and PECL those of others.
	Compiled, PECL string
	// GD says that the extension gd is among them, which has to be told which formats to read, and LDAP that ldap is, which has to be told where its library is.
	GD, LDAP bool
	// BuiltInSometimes are extensions that some of the images have without further ado, which depends on the version.
	BuiltInSometimes string
	Composer         string
}

// officialCompiled are the extensions that an official image has the source of, with Debian's packages that these are compiled against.
var officialCompiled = map[string][]string{
	"bcmath": nil, "bz2": {"libbz2-dev"}, "calendar": nil, "exif": nil, "ffi": {"libffi-dev"},
	"gd": {"libfreetype-dev", "libjpeg-dev", "libpng-dev", "libwebp-dev"}, "gettext": nil, "gmp": {"libgmp-dev"}, "intl": {"libicu-dev"},
	"ldap": {"libldap-common", "libldap-dev"}, "mysqli": nil, "pcntl": nil, "pdo_mysql": nil, "pdo_pgsql": {"libpq-dev"},
	"pgsql": {"libpq-dev"}, "shmop": nil, "soap": {"libxml2-dev"}, "sockets": nil, "sysvmsg": nil, "sysvsem": nil, "sysvshm": nil, "tidy": {"libtidy-dev"},
	"xsl": {"libxslt1-dev"}, "zip": {"libzip-dev"},
}

// officialPECL are those that PECL has, likewise.
var officialPECL = map[string][]string{
	"apcu": nil, "igbinary": nil, "imagick": {"libmagickwand-dev"}, "memcached": {"libmemcached-dev", "libssl-dev", "zlib1g-dev"}, "mongodb": {"libssl-dev"},
	"msgpack": nil, "redis": nil, "uuid": {"uuid-dev"}, "yaml": {"libyaml-dev"},
}

// officialBuiltIn are extensions that an official image has without further ado, and Debian's PHP has packages for.
var officialBuiltIn = strings.Fields("curl dom mbstring mysqlnd pdo_sqlite simplexml sqlite3 xml xmlreader xmlwriter zend-opcache")

// officialExtensions are those that every app gets: drivers of databases and of Redis, and what Composer unpacks archives with.
var officialExtensions = []string{"pcntl", "pdo_mysql", "pdo_pgsql", "redis", "zip"}

// official says how an official image gets the required extensions. Its error is the user's.
func official(requirements []platformRequirement) (*officialPHP, error) {
	wanted, sometimes := slices.Clone(officialExtensions), []string{"opcache"}

	for _, requirement := range requirements {
		extension, ok := strings.CutPrefix(requirement.name, "ext-")
		isKnown := lo.HasKey(officialCompiled, extension) || lo.HasKey(officialPECL, extension)

		switch {
		case ok && extension == "ftp":
			sometimes = append(sometimes, extension)
		case !ok || !isKnown && (slices.Contains(phpBuiltIn, extension) || slices.Contains(officialBuiltIn, extension)):
		case !isKnown:
			return nil, problem.New(problem.Invalid, "%s, an extension that is not to be had for this version of PHP. "+
				"Remove the package that needs it, or bring a Dockerfile that installs the extension.", requirement)
		default:
			wanted = append(wanted, extension)
		}
	}

	all := lo.Assign(officialCompiled, officialPECL)
	wanted = slices.Sorted(maps.Keys(lo.Keyify(wanted)))
	pecl, compiled := lo.FilterReject(wanted, func(name string, _ int) bool { return lo.HasKey(officialPECL, name) })
	packages := lo.Uniq(append([]string{"git", "unzip"}, lo.FlatMap(wanted, func(name string, _ int) []string { return all[name] })...))

	slices.Sort(packages)

	return &officialPHP{
		Packages: strings.Join(packages, " "), Compiled: strings.Join(compiled, " "), PECL: strings.Join(pecl, " "),
		GD: slices.Contains(compiled, "gd"), LDAP: slices.Contains(compiled, "ldap"), BuiltInSometimes: strings.Join(lo.Uniq(sometimes), " "),
		Composer: composerImage,
	}, nil
}
