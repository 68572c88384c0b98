package detect

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// staticDockerignore keeps what is not meant for browsers out of the site.
const staticDockerignore = "**/.*\n!**/.well-known\n**/node_modules\n"

// staticLookedFor is what a source must have, for the user whose source has none of it.
const staticLookedFor = "index.html"

// detectStatic takes a source whose pages need no build.
func detectStatic(app source, settings Settings) (Plan, bool, error) {
	directory, ok := siteDirectory(app)
	if !ok {
		return Plan{}, false, nil
	}

	if built, err := hasBuild(app); err != nil || built {
		return Plan{}, false, err
	}

	port, portReason := choosePort(settings.Port)
	site := staticSite{Path: directory, Port: port}

	return Plan{
		Framework:    FrameworkStatic,
		Reason:       fmt.Sprintf("There is %s and nothing to build, so the files are served by nginx. %s", path.Join(directory, indexFile), portReason),
		Versions:     map[string]string{},
		Port:         port,
		Dockerfile:   render(staticTemplates, "static.Dockerfile.tmpl", site.stages(settings.BaseImages)),
		Dockerignore: unlessPresent(app, staticDockerignore),
	}, true, nil
}

const indexFile = "index.html"

// siteDirectory returns where the site's first page stands.
func siteDirectory(app source) (string, bool) {
	for _, directory := range []string{".", "public"} {
		if isFile(app, path.Join(directory, indexFile)) {
			return directory, true
		}
	}

	return "", false
}

// hasBuild tells whether package.json has scripts that build or start something.
func hasBuild(app source) (bool, error) {
	content, err := readBounded(app, "package.json")
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

	return manifest.Scripts["build"] != "" || manifest.Scripts["start"] != "", nil
}
