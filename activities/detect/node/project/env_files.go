package project

import (
	"path"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/npmscript"
)

// missingFiles are the files with variables that a run demands and the build does not have, as nobody commits them. They are relative to the app's directory.
func (p *Project) missingFiles(run npmscript.Run) []string {
	names := lo.Map(run.EnvFiles, func(name string, _ int) string { return path.Clean(name) })

	return lo.Filter(lo.Uniq(names), func(name string, _ int) bool {
		there := source.IsFile(p.appFiles, name) && !p.ignore.Ignores(path.Join(p.App.Directory, name))

		return !there && buildplan.PlainPath.MatchString(name)
	})
}
