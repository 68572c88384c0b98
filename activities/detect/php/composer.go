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

const composerManifestName = "composer.json"

// composerManifest is what is read of composer.json.
type composerManifest struct {
	Require      map[string]string `json:"require"`
	Repositories json.RawMessage   `json:"repositories"`
	Autoload     json.RawMessage   `json:"autoload"`
}

// readComposer reads both files; false where there is no composer.json. Its errors are the user's.
func readComposer(app fs.FS) (composerManifest, bool, error) {
	var manifest composerManifest

	content, err := source.Read(app, composerManifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return manifest, false, nil
	}

	if err == nil {
		err = json.Unmarshal(content, &manifest)
	}

	if err != nil {
		return manifest, false, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Correct it.", composerManifestName, err)
	}

	return manifest, true, nil
}

func readComposerLock(app fs.FS) (lockfile.ComposerLock, error) {
	content, err := source.ReadLockfile(app, lockfile.ComposerName)
	if errors.Is(err, fs.ErrNotExist) {
		return lockfile.ComposerLock{}, problem.New(problem.Invalid, "There is no %s, so that nobody knows which versions to install. Run composer update and commit %s.",
			lockfile.ComposerName, lockfile.ComposerName)
	}

	var lock lockfile.ComposerLock
	if err == nil {
		lock, err = lockfile.ParseComposer(content)
	}

	if err != nil {
		return lock, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Run composer update and commit %s.", lockfile.ComposerName, err, lockfile.ComposerName)
	}

	return lock, nil
}

// checkComposerLock says what the lock lacks of composer.json.
func checkComposerLock(l lockfile.ComposerLock, manifest composerManifest) error {
	missing := lo.Filter(slices.Sorted(maps.Keys(manifest.Require)), func(name string, _ int) bool {
		return strings.Contains(name, "/") && !l.Has(strings.ToLower(name))
	})
	if len(missing) == 0 {
		return nil
	}

	return problem.New(problem.Invalid, "%s requires %s, which %s does not have: the two are out of step. Run composer update and commit both.",
		composerManifestName, strings.Join(missing, ", "), lockfile.ComposerName)
}
