package nx

import (
	"cmp"
	"encoding/json"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/samber/lo"
	"github.com/tidwall/jsonc"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// WorkspaceFile and ProjectFile are the files that tell of a workspace of Nx and of an app in it.
const (
	WorkspaceFile = "nx.json"
	ProjectFile   = "project.json"
)

// Top returns the directory of the workspace that an app's directory is part of, and the app's directory in there; false where it is part of none.
func Top(repository fs.FS, directory string) (top, app string, ok bool) {
	if !source.IsFile(repository, path.Join(directory, ProjectFile)) && !source.IsFile(repository, path.Join(directory, packagejson.FileName)) {
		return "", "", false
	}

	for top = directory; top != "."; {
		top = path.Dir(top)

		if source.IsFile(repository, path.Join(top, WorkspaceFile)) && source.IsFile(repository, path.Join(top, packagejson.FileName)) {
			app, err := filepath.Rel(top, directory)

			return top, app, err == nil
		}
	}

	return "", "", false
}

// target is what Nx does by a name, such as build.
type target struct {
	Executor string `json:"executor"`
	Options  struct {
		OutputPath     json.RawMessage `json:"outputPath"`
		Main           string          `json:"main"`
		OutputFileName string          `json:"outputFileName"`
		Target         string          `json:"target"`
		BuildTarget    string          `json:"buildTarget"`
	} `json:"options"`
}

type project struct {
	Name        string            `json:"name"`
	ProjectType string            `json:"projectType"`
	Targets     map[string]target `json:"targets"`
}

// Read returns the package.json of the app in the root directory, completed by what Nx knows: the dependencies of the workspace, and scripts that stand for
// what Nx runs. It is false where the app is none of Nx, or has a build script of its own.
func Read(tree source.Tree, own packagejson.Manifest) (packagejson.Manifest, bool) {
	top, directory, ok := Top(tree.Repository, tree.Directory)
	if !ok || own.Scripts["build"] != "" {
		return own, false
	}

	root, _, err := packagejson.Read(tree.Repository, top)
	if err != nil || !root.Depends("nx") {
		return own, false
	}

	known := readProject(tree, own, directory)
	if known.ProjectType == "library" {
		return own, false
	}

	own.Name = known.Name
	scripts, needed := known.scripts(tree, directory)

	if len(scripts) == 0 {
		return own, false
	}

	own.Scripts = lo.Assign(scripts, own.Scripts)
	own.Dependencies = lo.Assign(lo.PickByKeys(root.Installed(), needed), own.Dependencies)

	return own, true
}

// readProject reads project.json, or the part of package.json for Nx.
func readProject(tree source.Tree, own packagejson.Manifest, directory string) project {
	var read project

	if content, err := source.Read(tree, ProjectFile); err == nil {
		_ = json.Unmarshal(jsonc.ToJSON(content), &read) // What is not understood is left to the configuration of the framework.
	} else if content, err := source.Read(tree, packagejson.FileName); err == nil {
		var manifest struct {
			NX project `json:"nx"`
		}

		_ = json.Unmarshal(content, &manifest)
		read = manifest.NX
	}

	read.Name = cmp.Or(read.Name, own.Name, path.Base(directory))

	return read
}

// outputPath is where a target leaves what it builds, relative to the app's directory; empty where nothing says so.
func (t target) outputPath(directory string) string {
	var output string
	if json.Unmarshal(t.Options.OutputPath, &output) != nil || output == "" {
		return ""
	}

	output = strings.NewReplacer("{workspaceRoot}/", "", "{projectRoot}", directory).Replace(output)

	relative, err := filepath.Rel(directory, path.Clean(output))
	if err != nil {
		return ""
	}

	return relative
}
