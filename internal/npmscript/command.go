package npmscript

import (
	"path"
	"slices"
	"strings"
)

// Command is a program that a script runs.
type Command struct {
	// Words are the program and its arguments. What only a shell can fill in, such as $PORT, stands there as it is written.
	Words []string
	// Environment are the variables that the script sets for the program.
	Environment map[string]string
	// Directory is where it runs, relative to the app's; "." for that.
	Directory string
}

// programs are the names of programs that are named otherwise than the package that brings them, by the package.
var programs = map[string]string{
	"@11ty/eleventy": "eleventy", "@angular/cli": "ng", "@craco/craco": "craco", "@docusaurus/core": "docusaurus", "@nestjs/cli": "nest",
	"@parcel/core": "parcel", "@react-router/dev": "react-router", "@react-router/serve": "react-router-serve", "@remix-run/dev": "remix",
	"@remix-run/serve": "remix-serve", "@rsbuild/core": "rsbuild", "@rspack/cli": "rspack", "@slidev/cli": "slidev", "@storybook/cli": "storybook",
	"@stencil/core": "stencil", "@tailwindcss/cli": "tailwindcss", "@vue/cli-service": "vue-cli-service", "@quasar/app-vite": "quasar",
	"dotenv-cli": "dotenv", "ember-cli": "ember", "fastify-cli": "fastify", "netlify-cli": "netlify", "npm-run-all2": "npm-run-all", "parcel-bundler": "parcel",
	"nuxi": "nuxi", "typescript": "tsc", "ts-node-dev": "tsnd", "webpack-cli": "webpack", "@swc/cli": "swc", "@babel/cli": "babel", "@babel/node": "babel-node",
}

// ProgramOf is the name of the program that a package brings.
func ProgramOf(name string) string {
	if program := programs[name]; program != "" {
		return program
	}

	return path.Base(name)
}

// Program is the name of the program, without its directory and its version; empty for no command.
func (c Command) Program() string {
	if len(c.Words) == 0 {
		return ""
	}

	return c.Words[0]
}

// rest are the words behind the program.
func (c Command) rest() []string { return c.Words[min(1, len(c.Words)):] }

// valued are options that are followed by their value more often than not.
var valued = []string{
	"-p", "--port", "-c", "--config", "-m", "--mode", "--base", "--outDir", "--env", "--host-name", "-H", "--hostname", "--project", "--max-old-space-size",
	"-d", "-o", "--dist-dir", "--output", "--input", "--dir", "--configuration", "--cwd", "-l", "--logLevel", "--root",
}

// Arguments are those that are no options.
func (c Command) Arguments() []string {
	arguments := []string{}

	for i := 1; i < len(c.Words); i++ {
		switch word := c.Words[i]; {
		case slices.Contains(valued, word):
			i++
		case !strings.HasPrefix(word, "-"):
			arguments = append(arguments, word)
		}
	}

	return arguments
}

// Subcommand is the first argument that is no option; empty where there is none.
func (c Command) Subcommand() string {
	if arguments := c.Arguments(); len(arguments) > 0 {
		return arguments[0]
	}

	return ""
}

// Is tells whether the command is that program with one of the subcommands, or with any where none is named.
func (c Command) Is(program string, subcommands ...string) bool {
	return c.Program() == program && (len(subcommands) == 0 || slices.Contains(subcommands, c.Subcommand()))
}

// Has tells whether one of the words is among the arguments, as it is written or with a value behind an equals sign.
func (c Command) Has(options ...string) bool {
	return slices.ContainsFunc(c.rest(), func(word string) bool {
		name, _, _ := strings.Cut(word, "=")

		return slices.Contains(options, name)
	})
}

// Option is the value of the first of the options that is there, as --option=value or as --option value; false where none is.
func (c Command) Option(options ...string) (string, bool) {
	for i, word := range c.rest() {
		name, value, joined := strings.Cut(word, "=")

		switch {
		case !slices.Contains(options, name):
		case joined:
			return value, true
		case i+2 < len(c.Words):
			return c.Words[i+2], true
		}
	}

	return "", false
}

// String is the command as one would write it.
func (c Command) String() string { return strings.Join(c.Words, " ") }
