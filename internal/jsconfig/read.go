package jsconfig

import (
	"path"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/samber/lo"
	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
)

// Files returns the content of a file of the app, by its path with slashes, or an error where there is no such file.
type Files func(name string) ([]byte, error)

// Options are what is known of the build that reads a configuration.
type Options struct {
	// Directory is where the app stands when it is built, as an absolute path.
	Directory string
	// Env returns what an environment variable is for the build; false where that is not known. It may be nil: nothing is known then.
	Env func(name string) (value string, set, known bool)
	// Arguments are what the framework calls a configuration with that is a function.
	Arguments []Value
}

// Config is a configuration.
type Config struct {
	Value

	// Name is the name of its file; empty where there is none.
	Name string
	// Imports are the modules that the file imports.
	Imports []string
	// Texts are the strings that stand in the file, also inside functions; the whole file where it cannot be parsed.
	Texts []string
}

// extensions are those of configuration files, in the order in which frameworks look for them.
var extensions = []string{".ts", ".mts", ".cts", ".mjs", ".cjs", ".js"}

// Read reads the configuration of that name, which has no extension. Where there is no such file all options are unset; where its text cannot be parsed they
// are unknown.
func Read(files Files, name string, options Options) Config {
	for _, extension := range extensions {
		if _, err := files(name + extension); err == nil {
			return ReadFile(files, name+extension, options)
		}
	}

	return Config{Value: newObject()}
}

// ReadFile reads the configuration in that file.
func ReadFile(files Files, name string, options Options) Config {
	reader := &reader{files: files, options: options, modules: map[string]*module{}, steps: maxSteps}
	read := reader.module(name)
	config := Config{Name: name, Imports: read.imports, Texts: read.texts}
	config.Value = reader.config(read.export("default"), 0)

	return config
}

const (
	// maxText is the size, in bytes, up to which a file is parsed.
	maxText = 32 << 10
	// maxNested and maxArrows bound what esbuild gets, whose time and stack grow by more than the size of what is nested.
	maxNested, maxSigns, maxLine = 100, 500, 8 << 10
	// maxModules is how many files of an app one configuration may be spread over.
	maxModules = 16
)

// parseModule returns nil for what cannot be parsed.
func parseModule(name string, content []byte) *js.AST {
	if len(content) > maxText {
		return nil
	}

	if !strings.Contains(path.Ext(name), "ts") {
		if parsed, err := js.Parse(parse.NewInputBytes(slices.Clone(content)), js.Options{}); err == nil {
			return parsed
		}
	}

	if isTooNested(string(content)) {
		return nil
	}

	// TypeScript becomes JavaScript, and JavaScript that is too new for the parser an older one.
	loader := api.LoaderTS
	if strings.HasSuffix(name, "x") {
		loader = api.LoaderTSX
	}

	changed := api.Transform(string(content), api.TransformOptions{
		Loader: loader, Target: api.ES2022, LogLevel: api.LogLevelSilent,
		// What is imported and not used is of interest, too.
		TsconfigRaw: `{"compilerOptions":{"verbatimModuleSyntax":true}}`,
	})
	if len(changed.Errors) > 0 {
		return nil
	}

	parsed, err := js.Parse(parse.NewInputBytes(changed.Code), js.Options{})
	if err != nil {
		return nil
	}

	return parsed
}

// isTooNested tells whether there are more brackets, functions or other expressions inside each other than anybody writes. What stands in texts and
// comments counts as well.
func isTooNested(content string) bool {
	depth, deepest := 0, 0

	for _, letter := range content {
		switch letter {
		case '(', '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ')', ']', '}':
			depth = max(depth-1, 0)
		}
	}

	return deepest > maxNested || longestLine(content) > maxLine ||
		lo.SomeBy([]string{"=>", "<", "!", "?"}, func(sign string) bool { return strings.Count(content, sign) > maxSigns })
}

// longestLine is the length, in bytes, of the longest line.
func longestLine(content string) int {
	longest := 0
	for line := range strings.Lines(content) {
		longest = max(longest, len(line))
	}

	return longest
}
