package gitssh

import (
	"cmp"
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// Address is where a repository is.
type Address struct {
	User string
	// Host has a port.
	Host string
	// Path is what the server is asked for.
	Path string
}

// errAddress is the error for a URL that is none of a repository.
var errAddress = errors.New("give the URL as in ssh://git@git.example.com/me/app.git, with a user, without a password")

const (
	scheme      = "ssh"
	defaultPort = "22"
	defaultUser = "git"
)

// shortForm is how git also writes ssh://USER@HOST/PATH: USER@HOST:PATH. What has "//" behind the colon is a URL.
var shortForm = regexp.MustCompile(`^([A-Za-z0-9._-]+)@([A-Za-z0-9.-]+):([^/].*)$`)

// URL returns git's short form of an address (git@git.example.com:me/app.git) as a URL, and any other text as it is.
func URL(text string) string {
	parts := shortForm.FindStringSubmatch(text)
	if parts == nil {
		return text
	}

	return scheme + "://" + parts[1] + "@" + parts[2] + "/" + parts[3]
}

// Parse reads the URL of a repository.
func Parse(text string) (Address, error) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Scheme != scheme || parsed.Hostname() == "" || parsed.RawQuery != "" || parsed.Fragment != "" {
		return Address{}, errAddress
	}

	if _, hasPassword := parsed.User.Password(); hasPassword {
		return Address{}, errAddress
	}

	path := parsed.Path
	// A path from the user's own directory on.
	if strings.HasPrefix(path, "/~") {
		path = path[1:]
	}

	// Neither may be taken for an option by the server, and no line may end within.
	if len(path) < 2 || strings.HasPrefix(path, "-") || strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return Address{}, errAddress
	}

	return Address{
		User: cmp.Or(parsed.User.Username(), defaultUser), Host: net.JoinHostPort(strings.ToLower(parsed.Hostname()), cmp.Or(parsed.Port(), defaultPort)), Path: path,
	}, nil
}

// command is what the server's shell is to run. The path stands in single quotes, as git writes it.
func (a Address) command() string {
	return "git-upload-pack '" + strings.NewReplacer("'", `'\''`, "!", `'\!'`).Replace(a.Path) + "'"
}
