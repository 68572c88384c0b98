package lockfile

import (
	"regexp"
	"slices"
	"strings"
)

// gitURL matches the address of a repository that git itself has to fetch from. Package managers download archives from github.com and its like where they
// can.
var gitURL = regexp.MustCompile(`^(?:git\+[a-z]+://|git://|ssh://|git@)|\.git(?:#|$)|#commit=`)

// hosted matches how npm notes a repository of these hosts, whatever package.json has: it downloads an archive from them, and otherwise tries https before
// ssh.
var hosted = regexp.MustCompile(`^git\+ssh://git@(github\.com|gitlab\.com|bitbucket\.org)[/:]`)

// IsGit tells whether git itself fetches a dependency from where package.json or a lockfile says that it comes from.
func IsGit(from string) bool { return gitURL.MatchString(from) }

// IsSSH tells whether the repository is fetched by SSH, which needs a key.
func IsSSH(from string) bool {
	return strings.HasPrefix(from, "git+ssh://") || strings.HasPrefix(from, "ssh://") || strings.HasPrefix(from, "git@")
}

// gitRepositories returns those of the places that packages come from that git fetches, without the commits.
func gitRepositories(from []string) []string {
	repositories := []string{}

	for _, place := range from {
		if IsGit(place) {
			repository, _, _ := strings.Cut(hosted.ReplaceAllString(place, "git+https://$1/"), "#")
			repositories = append(repositories, repository)
		}
	}

	slices.Sort(repositories)

	return slices.Compact(repositories)
}
