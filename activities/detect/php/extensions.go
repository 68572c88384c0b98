package php

import (
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// phpBuiltIn are the extensions that Debian's PHP has without further packages.
var phpBuiltIn = strings.Fields("calendar core ctype date exif ffi fileinfo filter ftp gettext hash iconv json libxml openssl pcntl pcre pdo phar " +
	"posix random readline reflection session shmop sockets sodium spl standard sysvmsg sysvsem sysvshm tokenizer zend-opcache zlib")

// phpPackages are the ends of the names of Debian's packages by extension, for those that are not named like their extension.
//
//nolint:goconst // A table reads best with its words.
var phpPackages = map[string]string{
	"dom": "xml", "simplexml": "xml", "xmlreader": "xml", "xmlwriter": "xml", "xsl": "xml",
	"mysqli": "mysql", "mysqlnd": "mysql", "pdo_mysql": "mysql",
	"pdo_pgsql": "pgsql", "pdo_sqlite": "sqlite3", "pdo_odbc": "odbc", "pdo_dblib": "sybase", "pdo_firebird": "interbase",
}

// phpPackaged are the ends of the names of all of Debian's packages with extensions.
var phpPackaged = strings.Fields("amqp apcu ast bcmath bz2 curl dba ds enchant excimer gd gearman gmagick gmp gnupg http igbinary imagick imap inotify " +
	"intl ldap mailparse maxminddb mbstring mcrypt memcache memcached mongodb msgpack mysql oauth odbc pcov pgsql pspell raphf redis rrd smbclient snmp soap " +
	"solr sqlite3 ssh2 stomp tidy uploadprogress uuid xml xmlrpc yac yaml zip zmq zstd")

// phpUnpackaged are those of phpPackaged that a release of Debian does not have, by the release's name.
var phpUnpackaged = map[string][]string{
	"bookworm": {"excimer", "inotify", "smbclient", "zstd"},
	"trixie":   {"imap"},
}

// lacksExtension tells whether a required extension is not in the release of Debian that an image's name has in it.
func lacksExtension(image string, requirement platformRequirement) bool {
	extension, isExtension := strings.CutPrefix(requirement.name, "ext-")

	return isExtension && lo.SomeBy(lo.Keys(phpUnpackaged), func(release string) bool {
		return strings.Contains(image, release) && slices.Contains(phpUnpackaged[release], extension)
	})
}

// laravelExtensions are those that Laravel's documentation asks for, and the drivers of Redis and of the databases that Laravel knows. Which driver the app
// uses is only known when it starts. Together they take 3 MB.
var laravelExtensions = []string{"curl", "mbstring", "mysql", "pgsql", "redis", "sqlite3", "xml"}

// extensionPackages returns the ends of the names of Debian's packages with all required extensions, such as "curl" for php8.4-curl. Its error is the
// user's.
func extensionPackages(requirements []platformRequirement) ([]string, error) {
	packages := slices.Clone(laravelExtensions)

	for _, requirement := range requirements {
		extension, ok := strings.CutPrefix(requirement.name, "ext-")
		if !ok || slices.Contains(phpBuiltIn, extension) {
			continue
		}

		if name, ok := phpPackages[extension]; ok {
			extension = name
		}

		if !slices.Contains(phpPackaged, extension) {
			return nil, problem.New(problem.Invalid, "%s, an extension that is not to be had as a Debian package. "+
				"Remove the package that needs it, or bring a Dockerfile that installs the extension.", requirement)
		}

		packages = append(packages, extension)
	}

	slices.Sort(packages)

	return lo.Uniq(packages), nil
}
