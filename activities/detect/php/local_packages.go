package php

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// localPackages returns the files and directories of the source that Composer installs packages from: the directories of archives that composer.json
// names, and what the lock takes from directories. Its errors are the user's.
func localPackages(files fs.FS, manifest composerManifest, lock lockfile.ComposerLock) ([]string, error) {
	names := []string{}

	for _, repository := range manifest.repositories() {
		if repository.Type != "artifact" {
			continue
		}

		directory := path.Clean(repository.URL)
		if err := checkLocal(files, directory, fmt.Sprintf("composer.json names the repository %q", repository.URL)); err != nil {
			return nil, err
		}

		names = append(names, directory)
	}

	for _, known := range lock.Packages {
		if known.Dist.Type != "path" {
			continue
		}

		directory := path.Clean(known.Dist.URL)
		if err := checkLocal(files, directory, fmt.Sprintf("composer.lock takes %s from %q", known.Name, known.Dist.URL)); err != nil {
			return nil, err
		}

		if known.Linked() {
			directory = path.Join(directory, composerManifestName)
		}

		names = append(names, directory)
	}

	slices.Sort(names)

	return slices.Compact(names), nil
}

// checkLocal refuses a directory of packages that a Dockerfile cannot copy. names is the beginning of a sentence: which file names the directory.
func checkLocal(files fs.FS, directory, names string) error {
	switch {
	case directory == "." || !fs.ValidPath(directory):
		return problem.New(problem.Invalid, "%s, which is not a directory of the app. Move the packages into one, such as packages, correct the url in "+
			"repositories of composer.json and run composer update.", names)
	case !source.IsDirectory(files, directory) && !source.IsFile(files, directory):
		return problem.New(problem.Invalid, "%s, and there is no %s. Commit it, or remove the repository and run composer update.", names, directory)
	case !buildplan.PlainPath.MatchString(directory):
		return problem.New(problem.Invalid, "%s, which cannot be named in a Dockerfile. Rename it to letters, digits, dots and dashes.", names)
	default:
		return nil
	}
}

// composerRepository is a place that packages come from.
type composerRepository struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// repositories reads a list or an object, as composer.json may have either. Entries such as {"packagist.org": false} have no type.
func (m composerManifest) repositories() []composerRepository {
	entries := []json.RawMessage{}

	if json.Unmarshal(m.Repositories, &entries) != nil {
		named := map[string]json.RawMessage{}
		_ = json.Unmarshal(m.Repositories, &named) // Of anything else Composer complains itself.
		entries = lo.Values(named)
	}

	return lo.FilterMap(entries, func(entry json.RawMessage, _ int) (composerRepository, bool) {
		var repository composerRepository
		err := json.Unmarshal(entry, &repository)

		return repository, err == nil
	})
}
