package cli

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/samber/lo"
)

// repositoryURL returns a URL that the platform can fetch from. It is never one of SSH, as the platform has no key, and holds no credentials, which do
// not belong in a project's settings. An empty remote means the work tree itself.
func repositoryURL(remote, top string) string {
	if remote == "" {
		return fileURL(top)
	}

	if filepath.IsAbs(remote) {
		return fileURL(remote)
	}

	// user@host:path is git's short form of an SSH URL.
	if !strings.Contains(remote, "://") {
		if host, path, ok := strings.Cut(remote, ":"); ok && !strings.Contains(host, "/") {
			_, name, found := strings.Cut(host, "@")
			if !found {
				name = host
			}

			return "https://" + name + "/" + strings.TrimPrefix(path, "/")
		}

		return fileURL(filepath.Join(top, remote))
	}

	parsed, err := url.Parse(remote)
	if err != nil {
		return remote
	}

	parsed.User = nil

	switch parsed.Scheme {
	case "ssh", "git+ssh", "ssh+git":
		parsed.Scheme, parsed.Host = schemeHTTPS, parsed.Hostname()
	case "git":
		parsed.Scheme = schemeHTTPS
	case "file":
		// git reads what it finds behind file:// as a path, spaces included; a URL has them encoded.
		return fileURL(parsed.Path)
	}

	return parsed.String()
}

// fileURL returns the URL of a path, in which a space is %20 and % itself is %25.
func fileURL(path string) string { return (&url.URL{Scheme: "file", Path: path}).String() }

// sameRepository tells whether two URLs mean the same repository: neither the protocol nor a user, a default port, ".git" or a slash at the end
// make a difference.
func sameRepository(one, other string) bool {
	if one == other {
		return true
	}

	a, errA := url.Parse(one)
	b, errB := url.Parse(other)

	if errA != nil || errB != nil || (a.Scheme == "file") != (b.Scheme == "file") {
		return false
	}

	if a.Scheme == "file" {
		return sameFolder(a.Path, b.Path)
	}

	return meaning(a) == meaning(b)
}

// meaning is what remains of a URL when the ways of writing it are taken away.
func meaning(u *url.URL) string {
	host := strings.ToLower(u.Hostname())

	// The same repositories answer there, on port 443 for those whose network lets no SSH out.
	for _, prefix := range []string{"ssh.", "altssh.", "www."} {
		if rest := strings.TrimPrefix(host, prefix); isBigHost(rest) {
			host = rest
		}
	}

	path := strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")
	if isBigHost(host) {
		path = strings.ToLower(path) // Names differ by case on none of them.
	}

	port := u.Port()
	if lo.Contains([]string{"22", "80", "443", "9418"}, port) {
		port = ""
	}

	return host + ":" + port + "/" + path
}

func isBigHost(host string) bool {
	return lo.Contains([]string{"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"}, host)
}

// sameFolder tells whether git finds the same repository at two paths: it takes app for app.git where there is no app.
func sameFolder(one, other string) bool {
	one, other = foundByGit(one), foundByGit(other)

	return one == other
}

func foundByGit(path string) string {
	path = strings.TrimSuffix(filepath.Clean(path), "/.git")

	for _, candidate := range []string{path, path + ".git", strings.TrimSuffix(path, ".git")} {
		if resolved, err := filepath.EvalSymlinks(candidate); err == nil {
			if info, err := os.Stat(resolved); err == nil && info.IsDir() {
				return resolved
			}
		}
	}

	// It is on another machine, as far as one can tell here.
	return strings.TrimSuffix(path, ".git")
}
