package php

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
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
	// Scripts are commands by the event that runs them: one, or a list.
	Scripts map[string]json.RawMessage `json:"scripts"`
	Extra   struct {
		// Patches are what plugins put on packages: files or URLs by a description, by package.
		Patches     json.RawMessage `json:"patches"`
		PatchesFile string          `json:"patches-file"`
	} `json:"extra"`
}

// scriptsAfterInstall are the events that composer install would have, besides those of the class loader. The installation runs without the sources, and so
// without scripts.
func (m composerManifest) scriptsAfterInstall() []string {
	return lo.Filter([]string{"pre-install-cmd", "post-install-cmd"}, func(event string, _ int) bool { return len(m.Scripts[event]) > len("[]") })
}

// patches are the files and directories of the source that Composer's plugins take patches from.
func (m composerManifest) patches(files fs.FS) []string {
	named := lo.Map(patchFile.FindAllSubmatch(m.Extra.Patches, -1), func(quoted [][]byte, _ int) string { return string(quoted[1]) })
	// By habit they are all in one directory.
	usual := []string{"patches", "patches.json", "patches.lock.json", m.Extra.PatchesFile}

	return lo.Uniq(lo.FilterMap(slices.Concat(usual, named), func(name string, _ int) (string, bool) {
		name = path.Clean(strings.ReplaceAll(name, `\/`, "/"))

		return name, fs.ValidPath(name) && name != "." && buildplan.PlainPath.MatchString(name) && !strings.HasPrefix(name, "patches/") &&
			(source.IsFile(files, name) || source.IsDirectory(files, name))
	}))
}

// patchFile matches the texts in JSON that end as the names of patches do.
var patchFile = regexp.MustCompile(`"([^"]+\.(?:patch|diff))"`)

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
