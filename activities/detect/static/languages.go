package static

import (
	"fmt"
	"path"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// language is a language whose apps are not sites of files.
type language struct {
	name string
	// files are patterns of files at the top that tell of an app.
	files []string
}

// languages are those that nothing is built from here, or not from what stands beside a page.
var languages = []language{
	{"Python", []string{"*.py", "requirements.txt", "pyproject.toml", "Pipfile", "setup.cfg", "uv.lock", "poetry.lock", "environment.yml"}},
	{"Go", []string{"go.mod", "*.go"}},
	{"Rust", []string{"Cargo.toml", "*.rs"}},
	{"Java", []string{"pom.xml", "build.gradle", "build.gradle.kts", "*.java"}},
	{"C#", []string{"*.csproj", "*.sln", "*.cs"}},
	{"F#", []string{"*.fsproj"}},
	{"Elixir", []string{"mix.exs"}},
	{"Ruby", []string{"Gemfile", "config.ru", "*.rb"}},
	{"PHP", []string{"composer.json", "artisan", "*.php"}},
	{"Perl", []string{"cpanfile", "*.pl", "*.psgi"}},
	{"Scala", []string{"build.sbt"}},
	{"Clojure", []string{"project.clj", "deps.edn"}},
	{"Haskell", []string{"stack.yaml", "*.cabal"}},
	{"Swift", []string{"Package.swift"}},
	{"Dart", []string{"pubspec.yaml"}},
	{"Crystal", []string{"shard.yml"}},
	{"Nim", []string{"*.nimble"}},
	{"Deno", []string{"deno.json", "deno.jsonc", "deno.lock"}},
}

// Advice tells the user of an app in another language that it is not built; empty where there is none. Beside a package.json a single file in another language
// tells of no app.
func Advice(tree source.Tree) string {
	isNode := source.IsFile(tree, "package.json")

	for _, known := range languages {
		for _, pattern := range known.files {
			if isNode && strings.HasPrefix(pattern, "*") {
				continue
			}

			if found := source.First(tree, pattern); found != "" {
				return fmt.Sprintf("There is %s, so this is an app in %s, which is not built without a Dockerfile. Add one.", found, known.name)
			}
		}
	}

	return ""
}

// checkLanguage refuses a page beside an app in another language, whose sources and secrets a site would hand out.
func checkLanguage(tree source.Tree, directory string) error {
	page := path.Join(directory, IndexFile)

	content, _ := source.Read(tree, page) // A page that cannot be read says nothing.

	for _, known := range languages {
		if known.name == "Python" && strings.Contains(string(content), "pyscript") {
			// Browsers run it.
			continue
		}

		for _, pattern := range known.files {
			if found := source.First(tree, pattern); found != "" {
				return problem.New(problem.Invalid, "There is %s beside %s, so this is an app in %s and no site of files, and %s is not built without a Dockerfile. "+
					"Add a Dockerfile. If it is a site, keep its files in a directory of their own, and set the project's root directory to that.",
					page, found, known.name, known.name)
			}
		}
	}

	if web := source.Procfile(tree, "web"); web != "" && !servesFiles(web) {
		return problem.New(problem.Invalid, "There is %s, and a Procfile that starts %q, which is not known to be a site of files. "+
			"Add a Dockerfile, or remove the line from the Procfile if the files are all that there is.", page, web)
	}

	return nil
}

// servesFiles tells whether the line of a Procfile starts what serves files.
func servesFiles(line string) bool {
	return strings.Contains(line, "boot") && strings.Contains(line, "bin/") || strings.Contains(line, "serve ")
}
