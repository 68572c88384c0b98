package api

import (
	"crypto/rand"
	"errors"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	maxSlug = 40
	// suffixLength is how many random characters are added to a slug that is taken. They hold 25 bits: a few tries find a free one.
	suffixLength = 5
	slugTries    = 5
)

// reservedSlugs are hostnames of the base domain that the platform itself may need, or that people and programs take for the platform's own.
var reservedSlugs = []string{
	"account", "accounts", "admin", "api", "app", "apps", "assets", "auth", "autoconfig", "autodiscover", "billing", "blog", "cdn", "console", "dashboard",
	"docs", "edge", "edges", "ftp", "git", "help", "imap", "internal", "localhost", "login", "mail", "metrics", "node", "nodes", "ns1", "ns2", "operator",
	"registry", "river", "root", "security", "signin", "smtp", "static", "status", "support", "system", "webmail", "wpad", "www", "zeitwork",
}

// errSlugTaken is the error of an insert whose slug another request has taken since it was found free.
var errSlugTaken = errors.New("another request has taken the slug")

// withFreeSlug calls insert with the wanted slug, or with one made from the name where none is wanted. Where another request takes that one at
// the same time, insert is called again with another.
func withFreeSlug(name, wanted, thing string, isTaken func(string) (bool, error), insert func(slug string) error) error {
	for range slugTries {
		slug, err := freeSlug(name, wanted, thing, isTaken)
		if err != nil {
			return err
		}

		if err := insert(slug); !errors.Is(err, errSlugTaken) {
			return err
		}

		if wanted != "" {
			return slugTaken(thing, wanted)
		}
	}

	return noFreeSlug(slugOf(name))
}

// freeSlug returns the wanted slug, or one made from the name where none is wanted. It returns a problem for a slug that is taken.
func freeSlug(name, wanted, thing string, isTaken func(string) (bool, error)) (string, error) {
	if wanted != "" {
		if reservedSlug(wanted) {
			return "", problem.New(problem.Invalid, "The slug %q is reserved. Choose another one.", wanted)
		}

		used, err := isTaken(wanted)
		if err == nil && used {
			err = slugTaken(thing, wanted)
		}

		return wanted, err
	}

	base := slugOf(name)
	candidate := base

	for range slugTries {
		used, err := isTaken(candidate)
		if err != nil {
			return "", err
		}

		if !used && !reservedSlug(candidate) {
			return candidate, nil
		}

		suffix := "-" + strings.ToLower(rand.Text()[:suffixLength])
		candidate = strings.TrimRight(base[:min(len(base), maxSlug-len(suffix))], "-") + suffix
	}

	return "", noFreeSlug(base)
}

// slugOf makes a slug out of a name: its letters and digits in lower case, with a hyphen for the rest.
func slugOf(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	slug := strings.Join(words, "-")
	slug = strings.Trim(slug[:min(len(slug), maxSlug)], "-")

	if slug == "" {
		return "app"
	}

	return slug
}

// reservedSlug tells whether a slug is refused to everybody. "xn--" begins names in other scripts (RFC 5890).
func reservedSlug(slug string) bool {
	return slices.Contains(reservedSlugs, slug) || strings.HasPrefix(slug, "xn--")
}

func noFreeSlug(base string) error {
	return problem.New(problem.Conflict, "No slug like %q is free. Choose one yourself.", base)
}

func slugTaken(thing, slug string) error {
	return problem.New(problem.Conflict, "The slug %q belongs to another %s already. Choose another one.", slug, thing)
}

// taken returns the problem in place of an error about a unique index.
func taken(err, problem error) error {
	if database.IsUniqueViolation(err) {
		return problem
	}

	return err
}
