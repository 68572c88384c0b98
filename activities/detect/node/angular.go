package node

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/samber/lo"
	"github.com/tidwall/jsonc"

	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// angularOptions are the options of a build by Angular that say where the site is.
type angularOptions struct {
	// OutputPath is a directory, or an object with base and browser.
	OutputPath json.RawMessage `json:"outputPath"`
	BaseHref   string          `json:"baseHref"`
}

// angularProject is the app of angular.json that is built.
type angularProject struct {
	name, builder string
	options       angularOptions
}

// angularProject reads angular.json: the app that the build command names, else the only one, else the first.
func (s builtSite) angularProject() angularProject {
	type target struct {
		Builder string         `json:"builder"`
		Options angularOptions `json:"options"`
	}

	var workspace struct {
		DefaultProject string `json:"defaultProject"`
		Projects       map[string]struct {
			ProjectType string            `json:"projectType"`
			Architect   map[string]target `json:"architect"`
			Targets     map[string]target `json:"targets"`
		} `json:"projects"`
	}

	content, err := source.Read(s.tree, path.Join(s.directory(), "angular.json"))
	if err != nil || json.Unmarshal(jsonc.ToJSON(content), &workspace) != nil {
		return angularProject{}
	}

	names := lo.Filter(lo.Keys(workspace.Projects), func(name string, _ int) bool { return workspace.Projects[name].ProjectType != "library" })
	slices.Sort(names)

	if len(names) == 0 {
		return angularProject{}
	}

	name := names[0]
	for _, wanted := range []string{workspace.DefaultProject, lo.LastOrEmpty(s.angularArguments())} {
		if slices.Contains(names, wanted) {
			name = wanted
		}
	}

	build, ok := workspace.Projects[name].Architect["build"]
	if !ok {
		build = workspace.Projects[name].Targets["build"]
	}

	return angularProject{name: name, builder: build.Builder, options: build.Options}
}

// angularArguments are the arguments of `ng build`.
func (s builtSite) angularArguments() []string {
	if !s.found {
		return nil
	}

	return s.command.Arguments()
}

// angularOutput is the directory with the app's first page. The builder of today puts it into browser, that of old does not.
func (s builtSite) angularOutput() (string, bool) {
	app := s.angularProject()
	if app.name == "" {
		return "", false
	}

	browser := "browser"
	if !strings.HasSuffix(app.builder, ":application") {
		browser = ""
	}

	output := "dist/" + app.name

	if len(app.options.OutputPath) > 0 {
		var paths struct {
			Base    string  `json:"base"`
			Browser *string `json:"browser"`
		}

		if json.Unmarshal(app.options.OutputPath, &output) != nil {
			if json.Unmarshal(app.options.OutputPath, &paths) != nil || paths.Base == "" {
				return "", false
			}

			output, browser = paths.Base, lo.FromPtrOr(paths.Browser, browser)
		}
	}

	if named, ok := s.command.Option("--output-path"); s.found && ok {
		output = named
	}

	return s.relative(output, browser)
}
