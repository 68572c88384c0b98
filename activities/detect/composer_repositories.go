package detect

import (
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// localRepositories returns the directories that composer.json names as sources of packages: they are there before composer runs.
func localRepositories(app fs.FS, manifest composerManifest) ([]string, error) {
	directories := []string{}

	for _, repository := range manifest.repositories() {
		if repository.Type != "path" && repository.Type != "artifact" {
			continue
		}

		directory := beforeWildcards(repository.URL)

		switch {
		case directory == "." || path.IsAbs(directory) || strings.HasPrefix(directory, ".."):
			return nil, problem.New(problem.Invalid, "composer.json names the repository %q, which is not a directory of the app. "+
				"Move the packages into one, such as packages, and correct the url.", repository.URL)
		case !isDirectory(app, directory) && !isFile(app, directory):
			return nil, problem.New(problem.Invalid, "composer.json names the repository %q, and there is no %s. Commit it, or remove the repository.",
				repository.URL, directory)
		case !plainPath.MatchString(directory):
			return nil, problem.New(problem.Invalid, "composer.json names the repository %q, which cannot be named in a Dockerfile. "+
				"Rename it to letters, digits, dots and dashes.", repository.URL)
		}

		directories = append(directories, directory)
	}

	slices.Sort(directories)

	return slices.Compact(directories), nil
}

type composerRepository struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// repositories are a list or an object. Entries such as {"packagist.org": false} have no type.
func (m composerManifest) repositories() []composerRepository {
	entries := []json.RawMessage{}

	if json.Unmarshal(m.Repositories, &entries) != nil {
		named := map[string]json.RawMessage{}
		_ = json.Unmarshal(m.Repositories, &named) // Composer complains of anything else.
		entries = lo.Values(named)
	}

	return lo.FilterMap(entries, func(entry json.RawMessage, _ int) (composerRepository, bool) {
		var repository composerRepository

		return repository, json.Unmarshal(entry, &repository) == nil
	})
}

// beforeWildcards is the directory that all of a pattern such as packages/*/src stands in.
func beforeWildcards(pattern string) string {
	parts := strings.Split(path.Clean(pattern), "/")
	plain := lo.TakeWhile(parts, func(part string) bool { return !strings.ContainsAny(part, "*?[{") })

	if path.IsAbs(pattern) {
		return "/" + path.Join(plain...)
	}

	return path.Clean(path.Join(plain...))
}
