package project

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// localPath returns the file or directory, relative to a package, that it depends on by such a range; false for what comes from elsewhere.
func localPath(asked string) (string, bool) {
	for _, protocol := range []string{"file:", "link:", "portal:"} {
		if local, ok := strings.CutPrefix(asked, protocol); ok && !path.IsAbs(local) {
			return local, true
		}
	}

	return "", false
}

// takeBeside moves the top of what is built up to the directory that holds both the app and the directories beside it that it depends on, such as
// file:../shared. An app of a workspace has what it needs there.
func (p *Project) takeBeside(repository fs.FS) error {
	app := path.Clean(p.top)
	found := besides{repository: repository, app: app, top: app, manifests: map[string]packagejson.Manifest{}}

	if p.InWorkspace() {
		return nil
	}

	if err := found.visit(app, p.App.Manifest); err != nil || found.top == app {
		return err
	}

	p.top, p.installedApart, p.App.Directory = found.top, true, found.inside(app)

	for _, directory := range slices.Sorted(maps.Keys(found.manifests)) {
		if source.IsFile(repository, path.Join(directory, packagejson.FileName)) {
			p.members = append(p.members, packagejson.Package{Directory: found.inside(directory), Manifest: found.manifests[directory]})
		}
	}

	p.members = append(p.members, p.App)

	return nil
}

// besides are the directories beside an app that it depends on, directly or through others.
type besides struct {
	repository fs.FS
	// app is the app's directory, and top is one that holds it and all that was found. Both are relative to the top of the repository.
	app, top string
	// manifests are the package.json files by their directories; empty ones for directories and archives that have none.
	manifests map[string]packagejson.Manifest
}

// visit looks for what the package in a directory depends on.
func (b *besides) visit(directory string, manifest packagejson.Manifest) error {
	asked := manifest.Installed()

	for _, name := range slices.Sorted(maps.Keys(asked)) {
		local, ok := localPath(asked[name])
		beside := path.Join(directory, local)

		if _, known := b.manifests[beside]; !ok || known || isBelow(b.app, beside) || strings.HasPrefix(beside, "..") {
			continue
		}

		for !isBelow(b.top, beside) {
			b.top = path.Dir(b.top)
		}

		read, _, err := packagejson.Read(b.repository, beside)
		if err != nil && source.IsDirectory(b.repository, beside) {
			return err
		}

		b.manifests[beside] = read

		if err := b.visit(beside, read); err != nil {
			return err
		}
	}

	return nil
}

// inside is a directory relative to the top.
func (b *besides) inside(directory string) string {
	if b.top == "." {
		return directory
	}

	return strings.TrimPrefix(directory, b.top+"/")
}
