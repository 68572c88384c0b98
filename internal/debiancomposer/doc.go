// Package debiancomposer makes a composer repository from Debian's packages of Laravel, for machines that cannot reach packagist.org.
//
// The repository is a directory of archives, each with a composer.json, that composer.json names as
// {"type": "artifact", "url": "artifacts"}.
package debiancomposer
