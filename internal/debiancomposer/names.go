package debiancomposer

import "strings"

const frameworkPackage = "laravel/framework"

// exceptions are Debian packages whose name is not "php-", the vendor, "-" and the package.
var exceptions = map[string]string{
	"php-email-validator":             "egulias/email-validator",
	"php-graham-campbell-result-type": "graham-campbell/result-type",
	"php-monolog":                     "monolog/monolog",
	"php-phpoption":                   "phpoption/phpoption",
}

// extensions of PHP that are Debian packages, by what composer calls them.
var extensions = map[string]string{"php-intl": "ext-intl", "php-mbstring": "ext-mbstring", "php-xml": "ext-dom"}

// composerName returns the composer package that a Debian package has; false for those that have none, such as extensions. The parts
// that Debian cuts the framework into belong to the framework.
func composerName(debian string) (string, bool) {
	if strings.HasPrefix(debian, "php-illuminate-") {
		return frameworkPackage, true
	}

	if name, ok := exceptions[debian]; ok {
		return name, true
	}

	rest, isPHP := strings.CutPrefix(debian, "php-")
	vendor, name, ok := strings.Cut(rest, "-")

	return vendor + "/" + name, isPHP && ok && !strings.ContainsAny(debian, " <>:")
}
