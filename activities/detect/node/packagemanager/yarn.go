package packagemanager

import (
	"io/fs"
	"path"

	"go.yaml.in/yaml/v3"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// BerryConfig is the configuration of Yarn since version 2.
const BerryConfig = ".yarnrc.yml"

// completeYarn finds out whether it is Yarn 1 or a newer one, and what of it the source brings.
func completeYarn(files fs.FS, manager Manager) (Manager, error) {
	var config struct {
		YarnPath string `yaml:"yarnPath"`
	}

	content, err := source.ReadUTF8(files, BerryConfig)
	if problem.IsUsers(err) {
		return Manager{}, err
	}

	if err == nil {
		if err := yaml.Unmarshal(content, &config); err != nil {
			return Manager{}, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Correct it.", BerryConfig, err)
		}

		manager.Berry = manager.Berry || manager.Version == ""
	}

	if manager.Version == "" && manager.Lockfile != "" {
		if content, err := source.ReadLockfile(files, manager.Lockfile); err == nil {
			// An empty yarn.lock marks the top of a project for newer Yarns.
			manager.Berry = lockfile.IsBerry(content) || manager.Berry && !lockfile.IsClassic(content)
		}
	}

	if !manager.Berry {
		return manager, nil
	}

	if release := path.Clean(config.YarnPath); config.YarnPath != "" {
		if !source.IsFile(files, release) {
			return Manager{}, problem.New(problem.Invalid, "yarnPath in %s is %s, which is not in the repository. "+
				"Commit .yarn/releases, or remove yarnPath.", BerryConfig, config.YarnPath)
		}

		manager.Release = release
	}

	cached, err := fs.Glob(files, ".yarn/cache/*.zip")
	manager.cacheCommitted = err == nil && len(cached) > 0

	return manager, nil
}
