package ruby

import (
	"errors"
	"io/fs"
	"regexp"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// openRails reads the Gemfile and its lockfile; false where these are without Rails. Its errors are the user's, unless the Gemfile cannot be read.
func openRails(tree source.Tree) (railsApp, bool, error) {
	content, err := source.ReadUTF8(tree, gemfileName)
	if err != nil {
		return railsApp{}, false, err
	}

	app := railsApp{tree: tree, gemfile: parseGemfile(string(content))}

	if app.ignore, err = source.ReadIgnoreRules(tree); err != nil {
		return app, false, err
	}

	content, err = source.ReadUTF8(tree, lockfile.GemfileName)

	switch {
	case errors.Is(err, fs.ErrNotExist):
		if lo.Some(app.gemfile.strings, []string{"rails", "railties"}) {
			return app, false, problem.New(problem.Invalid, "There is a Gemfile with Rails, but no Gemfile.lock, which says what versions are installed. "+
				"Run bundle lock --add-platform x86_64-linux and commit Gemfile.lock.")
		}

		return app, false, nil
	case problem.IsUsers(err):
		return app, false, err
	case err != nil:
		return app, false, problem.Wrap(err, problem.Invalid, "%s is not a file inside the root directory. Replace it by a regular file.", lockfile.GemfileName)
	}

	app.lock = lockfile.ParseGemfile(string(content))

	gem, ok := app.lock.Gems["railties"]
	if !ok {
		return app, false, nil
	}

	app.version = gem.Version
	if app.rails, err = semver.NewVersion(railsRelease.FindString(gem.Version)); err != nil {
		return app, false, problem.Wrap(err, problem.Invalid, "Gemfile.lock has railties %s, which is not a version. Run bundle lock and commit it.", gem.Version)
	}

	return app, true, nil
}

// railsRelease matches the first three numbers of a version.
var railsRelease = regexp.MustCompile(`^\d+\.\d+\.\d+`)
