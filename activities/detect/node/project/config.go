package project

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/jsconfig"
)

// ConfigSettings are what decides how a configuration is read.
type ConfigSettings struct {
	buildplan.Settings

	// Environment are the variables that the build script sets.
	Environment map[string]string
}

// ReadConfig reads a framework's configuration as its build does. name has no extension.
func ReadConfig(tree source.Tree, directory, name string, settings ConfigSettings, arguments ...jsconfig.Value) jsconfig.Config {
	files, err := fs.Sub(tree.FS, directory)
	if err != nil {
		files = tree.FS
	}

	options := jsconfig.Options{Directory: BuildDirectory(tree, directory), Env: settings.env(files), Arguments: arguments}
	open := func(name string) ([]byte, error) { return source.Read(files, name) }

	if source.IsFile(files, name) {
		return jsconfig.ReadFile(open, name, options)
	}

	return jsconfig.Read(open, name, options)
}

// BuildDirectory stands for the directory in which the app is built. Only what is below or above it matters.
func BuildDirectory(tree source.Tree, directory string) string {
	return path.Join(packagemanager.WorkDirectory, tree.Directory, directory)
}

// env is the environment of a build: what its script sets, and what the project lets it see. All else is not set.
func (c ConfigSettings) env(files fs.FS) func(name string) (value string, set, known bool) {
	return func(name string) (string, bool, bool) {
		if value, ok := c.Environment[name]; ok {
			return value, true, !strings.Contains(value, "$")
		}

		if name == "NODE_ENV" {
			return "production", true, true
		}

		seen := slices.Contains(c.Variables, name) || slices.Contains(c.BuildVariables, name) || strings.HasPrefix(name, "npm_") || inEnvFile(files, name)

		return "", false, !seen
	}
}

// inEnvFile tells whether one of the files that frameworks read sets a variable.
func inEnvFile(files fs.FS, name string) bool {
	return slices.ContainsFunc([]string{".env", ".env.production"}, func(file string) bool {
		content, err := source.Read(files, file)

		return err == nil && strings.Contains("\n"+string(content), "\n"+name+"=")
	})
}
