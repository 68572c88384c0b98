package node

import (
	"cmp"
	"net/url"
	"path"
	"path/filepath"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/activities/detect/static"
	"github.com/zeitwork/zeitwork/internal/jsconfig"
	"github.com/zeitwork/zeitwork/internal/npmscript"
)

// builtSite is a site that a program builds.
type builtSite struct {
	siteBuilder

	tree     source.Tree
	read     packagejson.Manifest
	settings project.ConfigSettings
	// script is the name of the script that builds it. command is the command that does; found is false where none is known.
	script  string
	command npmscript.Command
	found   bool
}

// directory is where the command works, relative to the app's.
func (s builtSite) directory() string { return cmp.Or(s.command.Directory, ".") }

// config is the configuration of the program, from the first of its files that is there.
func (s builtSite) config() jsconfig.Config {
	settings := s.settings
	settings.Environment = s.command.Environment
	names := s.configs

	if s.found {
		if name, ok := s.command.Option("--config", "-c"); ok {
			names = []string{path.Clean(name)}
		}
	}

	mode := "production"
	if s.found {
		if named, ok := s.command.Option("--mode", "-m"); ok {
			mode = named
		}
	}

	config := jsconfig.Config{}

	for _, name := range names {
		config = project.ReadConfig(s.tree, s.directory(), name, settings, jsconfig.Object(map[string]string{"command": buildCommand, "mode": mode}))
		if config.Name != "" {
			break
		}
	}

	if len(names) == 0 {
		return jsconfig.Config{Value: jsconfig.Object(nil)}
	}

	return config
}

// option is a setting of the program: an option of its command, a variable, or in its configuration. It is unset where nothing says so.
func (s builtSite) option(options []string, variable string, places [][]string) jsconfig.Value {
	if s.found {
		if value, ok := s.command.Option(options...); ok {
			return jsconfig.Text(value)
		}

		if value := s.command.Environment[variable]; value != "" {
			return jsconfig.Text(value)
		}
	}

	config := s.config()

	value := jsconfig.Object(nil).At("unset")
	for _, names := range places {
		if value = config.At(names...); !value.IsUnset() {
			break
		}
	}

	return value
}

// outputDirectory is the directory that the site is built to, relative to the app's; false where only the build itself tells.
func (s builtSite) outputDirectory() (string, bool) {
	if s.dependency == "@angular/core" {
		return s.angularOutput()
	}

	value := s.option(s.outputOptions, s.outputVariable, s.outputs)
	if s.dependency == "@sveltejs/kit" {
		value = s.kitAdapter().Argument(0).At("pages")
	}

	output, known := value.Text()
	if !known {
		output = s.output
	}

	root, ok := s.root()
	if output == "" || !ok || value.IsUnknown() {
		return "", false
	}

	return s.relative(root, output)
}

// root is the directory that the program works in, relative to where its command does.
func (s builtSite) root() (string, bool) {
	if !s.rooted {
		return "", true
	}

	if arguments := s.command.Words; s.found && len(arguments) > 1 {
		if named := s.command.Arguments(); len(named) > 1 {
			return named[1], true
		}
	}

	value := s.config().At("root")

	return value.TextOr(""), !value.IsUnknown()
}

// relative is a directory relative to the app's; false for one that a Dockerfile cannot name.
func (s builtSite) relative(elements ...string) (string, bool) {
	app := project.BuildDirectory(s.tree, ".")
	absolute := project.BuildDirectory(s.tree, s.directory())

	for _, element := range elements {
		if path.IsAbs(element) {
			absolute = element
		} else {
			absolute = path.Join(absolute, element)
		}
	}

	relative, err := filepath.Rel(app, absolute)

	return relative, err == nil && relative != "." && buildplan.PlainPath.MatchString(relative)
}

// base is the path below which the site expects to be served, such as /docs; empty for the top. It is false where only the build itself tells.
func (s builtSite) base() (string, bool) {
	if s.dependency == "gatsby" && !s.command.Has("--prefix-paths") {
		return "", true
	}

	value := s.option(s.baseOptions, s.baseVariable, s.bases)
	if value.IsUnknown() || value.IsUnset() && s.baseInPages {
		return "", false
	}

	base := value.TextOr("")

	if s.dependency == "react-scripts" && base == "" {
		base = s.read.Homepage
	}

	if s.dependency == "@angular/core" && base == "" {
		base = s.angularProject().options.BaseHref
	}

	if address, err := url.Parse(base); err == nil && s.dependency == "react-scripts" {
		base = address.Path
	}

	return cleanBase(base), true
}

// cleanBase is empty for a relative path, with which the site works at the top, and for one that the configuration of nginx cannot name.
func cleanBase(base string) string {
	if base = path.Clean(base); !path.IsAbs(base) || base == "/" || !buildplan.PlainPath.MatchString(base) {
		return ""
	}

	return base
}

// fallback is the page that answers where there is no file; empty where none does, so that 404.html does.
func (s builtSite) fallback() string {
	const notFound = "404.html"

	if s.dependency == "@sveltejs/kit" {
		if page := s.kitAdapter().Argument(0).At("fallback").TextOr(notFound); page != notFound {
			return page
		}

		return ""
	}

	if s.pages || source.IsFile(s.tree, "public/"+notFound) || s.rooted && s.config().At("appType").TextOr("") == "mpa" {
		return ""
	}

	return static.IndexFile
}
