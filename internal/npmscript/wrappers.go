package npmscript

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	// assignment matches a variable and its value.
	assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)
	// binary matches the path of a program in node_modules, or of the script behind it.
	binary = regexp.MustCompile(`(?:^|/)node_modules/(?:\.bin/([\w.-]+)|(?:@[\w.-]+/)?[\w.-]+/(?:.*/)?([\w-]+)(?:\.[cm]?js)?)$`)
)

// wrapper is a program that starts the one which its arguments name.
type wrapper struct {
	// subcommands stand before the program's name, each of them one alternative; empty where there is none.
	subcommands []string
	// valued are the options that are followed by a value. Other words that begin with a dash have none.
	valued []string
	// files says that the first word may be a file with variables.
	files bool
}

// wrappers are the programs that set variables, or something else that does not matter here, for another program.
var wrappers = map[string]wrapper{
	"env":       {valued: []string{"-u", "--unset", "-C", "--chdir"}},
	"cross-env": {},
	"dotenv":    {valued: []string{"-e", "-v", "-p"}},
	"dotenvx":   {subcommands: []string{"run"}, valued: []string{"-f", "--env-file", "-e", "--env", "-fv", "-fk", "--env-vault-file"}},
	"env-cmd":   {valued: []string{"-f", "--file", "-e", "--environments", "-r", "--rc-file"}, files: true},
	"doppler":   {subcommands: []string{"run"}, valued: []string{"-p", "-c", "--project", "--config"}},
	"infisical": {subcommands: []string{"run"}, valued: []string{"--env", "--path", "--projectId"}},
	"op":        {subcommands: []string{"run"}, valued: []string{"--env-file"}},
	"exec":      {}, "command": {}, "nohup": {}, "time": {},
	"nice": {valued: []string{"-n"}}, "timeout": {files: true}, "stdbuf": {},
	"tini": {}, "dumb-init": {}, "catatonit": {},
	"npx": {valued: []string{"-p", "--package", "-c", "--call"}}, "pnpx": {}, "bunx": {valued: []string{"-p", "--package"}},
	"nyc": {}, "c8": {},
}

// unwrap takes a program off that starts another, and notes the variables that it sets and what it reads; false where the first word is none.
func unwrap(words []string, at *place, through *Run) ([]string, bool) {
	name := programName(words[0])

	if name == "node" {
		return nodeProgram(words)
	}

	known, ok := wrappers[name]
	if !ok {
		return nil, false
	}

	rest := words[1:]

	if len(known.subcommands) > 0 {
		if len(rest) == 0 || !slices.Contains(known.subcommands, rest[0]) {
			return nil, false
		}

		rest = rest[1:]
	}

	*through = through.with(Run{Through: []string{name}})

	for len(rest) > 0 && rest[0] != "--" {
		count := known.take(name, rest, at, through)
		if count == 0 {
			return rest, true
		}

		rest = rest[count:]
	}

	return rest[min(1, len(rest)):], true
}

// take notes what the next words mean to the wrapper, and returns how many these are; 0 where they belong to the other program.
func (k wrapper) take(name string, words []string, at *place, through *Run) int {
	word := words[0]

	switch {
	case assignment.MatchString(word):
		variable, value, _ := strings.Cut(word, "=")
		at.set(variable, value)
	case slices.Contains(k.valued, word) && len(words) > 1:
		if name == "env-cmd" && (word == "-f" || word == "--file") {
			through.EnvFiles = append(through.EnvFiles, words[1])
		}

		return len(words[:2])
	case strings.HasPrefix(word, "-"):
	case k.files && strings.HasPrefix(path.Base(word), ".env"):
		through.EnvFiles = append(through.EnvFiles, word)
	case k.files && isDuration(word):
	default:
		return 0
	}

	return 1
}

// isDuration tells whether a word is what `timeout` takes for a time.
func isDuration(word string) bool {
	return strings.Trim(word, "0123456789.") == "" || strings.Trim(word[:len(word)-1], "0123456789.") == ""
}

// nodeProgram is the program of a dependency that Node is told to run by its path, with its arguments; false where it runs something else.
func nodeProgram(words []string) ([]string, bool) {
	for i, word := range words[1:] {
		if strings.HasPrefix(word, "-") {
			continue
		}

		match := binary.FindStringSubmatch(word)
		if match == nil {
			return nil, false
		}

		return append([]string{match[1] + match[2]}, words[i+2:]...), true
	}

	return nil, false
}
