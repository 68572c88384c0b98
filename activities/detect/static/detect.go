package static

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/npmscript"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// dockerignore is the .dockerignore for sites that bring none: it leaves out what is not meant for browsers.
const dockerignore = "**/.*\n!**/.well-known\n**/node_modules\n**/*.env\n" +
	"package.json\npackage-lock.json\nyarn.lock\npnpm-lock.yaml\nbun.lock\nbun.lockb\nProcfile\nMakefile\n"

// LookedFor names what the detector looks for, in the error for a source that no detector takes.
const LookedFor = "index.html"

// Detect takes a site of files that need no build.
func Detect(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	directory, ok := siteDirectory(tree)
	if !ok {
		return buildplan.Plan{}, false, nil
	}

	if built, err := hasBuild(tree); err != nil || built {
		return buildplan.Plan{}, false, err
	}

	if err := checkLanguage(tree, directory); err != nil {
		return buildplan.Plan{}, false, err
	}

	port, portReason := buildplan.ChoosePort(settings.Port)
	site := Site{Path: directory, Port: port}

	return buildplan.Plan{
		Framework:    buildplan.FrameworkStatic,
		Reason:       fmt.Sprintf("There is %s and nothing to build, so the files are served by nginx. %s", path.Join(directory, IndexFile), portReason),
		Versions:     map[string]string{},
		Port:         port,
		Dockerfile:   buildplan.Render(templates, "static.Dockerfile.tmpl", site.Stages(settings.BaseImages)),
		Dockerignore: source.GeneratedDockerignore(tree, dockerignore),
	}, true, nil
}

// IndexFile is the name of the first page of a directory.
const IndexFile = "index.html"

// siteDirectory returns the directory with the site's first page; false where there is none.
func siteDirectory(tree source.Tree) (string, bool) {
	for _, directory := range []string{".", "public"} {
		if source.IsFile(tree, path.Join(directory, IndexFile)) {
			return directory, true
		}
	}

	return "", false
}

// hasBuild tells whether a package.json has scripts that build or start something. Its errors are the user's.
func hasBuild(tree source.Tree) (bool, error) {
	content, err := source.Read(tree, "package.json")
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}

	if err != nil {
		return false, problem.Wrap(err, problem.Invalid, "package.json cannot be read: make it a regular file of less than 1 MiB.")
	}

	var manifest struct {
		Scripts map[string]string `json:"scripts"`
	}

	if err := json.Unmarshal(content, &manifest); err != nil {
		return false, problem.Wrap(err, problem.Invalid, "package.json is not valid JSON: %v. Correct it.", err)
	}

	return manifest.Scripts["build"] != "" || manifest.Scripts["start"] != "" && !npmscript.Of(manifest.Scripts).Script("start").ServesFiles(), nil
}
