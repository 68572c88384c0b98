package php

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// composerManifestName is the name of the file in which an app names its packages.
const composerManifestName = "composer.json"

// composerManifest is what is read of composer.json.
type composerManifest struct {
	// Require has versions by package, and by what composer calls the platform: php, and extensions as ext-NAME.
	Require      map[string]string `json:"require"`
	Repositories json.RawMessage   `json:"repositories"`
}

// readManifest reads composer.json; false where there is none. Its errors are the user's.
func readManifest(files fs.FS) (composerManifest, bool, error) {
	var manifest composerManifest

	content, err := source.ReadUTF8(files, composerManifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return manifest, false, nil
	}

	if problem.IsUsers(err) {
		return manifest, false, err
	}

	if err == nil {
		err = json.Unmarshal(content, &manifest)
	}

	if err != nil {
		return manifest, false, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Correct it.", composerManifestName, err)
	}

	return manifest, true, nil
}

// readLock reads composer.lock. Its errors are the user's, also where there is none.
func readLock(files fs.FS) (lockfile.ComposerLock, error) {
	content, err := source.ReadLockfile(files, lockfile.ComposerName)
	if errors.Is(err, fs.ErrNotExist) {
		return lockfile.ComposerLock{}, problem.New(problem.Invalid, "There is no %s, so that nobody knows which versions to install. "+
			"Run composer update and commit %s.", lockfile.ComposerName, lockfile.ComposerName)
	}

	if problem.IsUsers(err) {
		return lockfile.ComposerLock{}, err
	}

	var lock lockfile.ComposerLock
	if err == nil {
		lock, err = lockfile.ParseComposer(content)
	}

	if err != nil {
		return lock, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Run composer update and commit %s.",
			lockfile.ComposerName, err, lockfile.ComposerName)
	}

	return lock, nil
}

// checkLock refuses a lock that lacks a package which composer.json requires.
func checkLock(lock lockfile.ComposerLock, manifest composerManifest) error {
	missing := lo.Filter(slices.Sorted(maps.Keys(manifest.Require)), func(name string, _ int) bool {
		return strings.Contains(name, "/") && !lock.Has(strings.ToLower(name))
	})
	if len(missing) == 0 {
		return nil
	}

	return problem.New(problem.Invalid, "%s requires %s, which %s does not have: the two are out of step. Run composer update and commit both.",
		composerManifestName, strings.Join(missing, ", "), lockfile.ComposerName)
}
