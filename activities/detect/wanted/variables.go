package wanted

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/source"
)

const (
	// maxVariables bounds how many variables are named.
	maxVariables = 200
	// maxExample and maxComment bound what is shown of one, in bytes.
	maxExample, maxComment = 500, 500
)

// Variable is an environment variable that an app seems to want.
type Variable struct {
	Name string `json:"name"`
	// Example is the value that the file has for it; empty where it has none.
	Example string `json:"example,omitempty"`
	// Comment is what the file says of it.
	Comment string `json:"comment,omitempty"`
	// File is the file that names it, relative to the root directory.
	File string `json:"file"`
}

// examples are the names of files in which authors list the variables of their app, in the order in which they are read.
func examples() []string {
	return lo.FlatMap([]string{"example", "sample", "template", "dist", "defaults"}, func(word string, _ int) []string {
		return []string{".env." + word, ".env.production." + word, ".env.local." + word, word + ".env", "env." + word}
	})
}

// Variables returns the variables that the source in a directory names: in files such as .env.example, in the schema of Prisma, in the configuration of
// package managers, and by the framework's own rules. Each is named once, by the first file. The error is the user's, unless the directory cannot be read.
func Variables(directory, rootDirectory string) ([]Variable, error) {
	tree, err := source.Open(directory, rootDirectory)
	if err != nil {
		return nil, err
	}
	defer tree.Close()

	found := []Variable{}

	for _, file := range examples() {
		found = append(found, inExample(file, text(tree, file))...)
	}

	for _, known := range references() {
		files, _ := fs.Glob(tree.FS, known.files) // The pattern is valid, and no other error is returned.
		for _, file := range files {
			for _, match := range known.pattern.FindAllStringSubmatch(text(tree, file), -1) {
				found = append(found, Variable{Name: strings.Join(match[1:], ""), File: file})
			}
		}
	}

	found = append(found, byFramework(tree)...)

	return lo.Slice(lo.UniqBy(found, func(v Variable) string { return v.Name }), 0, maxVariables), nil
}

// assignment matches a line of such a file. A value that is commented out is one that may be left out: such lines are not among them.
var assignment = regexp.MustCompile(`^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]{0,254})\s*=\s*(.*)$`)

// inExample reads a file such as .env.example. The comment right above a variable belongs to it.
func inExample(file, content string) []Variable {
	var (
		found   []Variable
		comment string
	)

	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		text, isComment := strings.CutPrefix(line, "#")
		text = strings.TrimSpace(strings.TrimLeft(text, "#"))
		match := assignment.FindStringSubmatch(line)

		switch {
		case match != nil:
			value, behind := splitValue(match[2])
			said := strings.TrimSpace(comment + " " + behind)
			found = append(found, Variable{Name: match[1], Example: cut(value, maxExample), Comment: cut(said, maxComment), File: file})
			comment = ""
		case isComment && !assignment.MatchString(text):
			comment = strings.TrimSpace(comment + " " + text)
		default:
			comment = ""
		}
	}

	return found
}

// splitValue takes the quotes off a value and the comment behind it away.
func splitValue(text string) (value, comment string) {
	text = strings.TrimSpace(text)

	for _, quote := range []string{`"`, "'", "`"} {
		inside, isQuoted := strings.CutPrefix(text, quote)
		if before, after, ok := strings.Cut(inside, quote); isQuoted && ok {
			return before, strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(after), "#"))
		}
	}

	if strings.HasPrefix(text, "#") {
		return "", strings.TrimSpace(strings.TrimLeft(text, "#"))
	}

	value, comment, _ = strings.Cut(text, " #")

	return strings.TrimSpace(value), strings.TrimSpace(comment)
}

// fileReference is a way in which files refer to variables; the groups of the pattern are the name.
type fileReference struct {
	files   string
	pattern *regexp.Regexp
}

var (
	prismaSchema = regexp.MustCompile(`\benv\(\s*"([A-Za-z_]\w{0,254})"`)
	prismaConfig = regexp.MustCompile(`\benv\(\s*["']([A-Za-z_]\w{0,254})["']|\bprocess\.env(?:\.|\[["'])([A-Za-z_]\w{0,254})`)
	// credential has no default, as ${NPM_TOKEN:-none} has one.
	credential = regexp.MustCompile(`\$\{([A-Za-z_]\w{0,254})\}`)
)

func references() []fileReference {
	return []fileReference{
		{"prisma/schema.prisma", prismaSchema}, {"schema.prisma", prismaSchema}, {"prisma.config.*s", prismaConfig}, {"drizzle.config.*s", prismaConfig},
		{".npmrc", credential}, {".yarnrc.yml", credential}, {"bunfig.toml", credential},
	}
}

// byFramework returns what a framework does not start without.
func byFramework(tree source.Tree) []Variable {
	switch {
	case source.IsFile(tree, "artisan"):
		return []Variable{{Name: "APP_KEY", Comment: "Laravel does not start without it: php artisan key:generate --show makes one.", File: "artisan"}}
	case source.IsFile(tree, "bin/rails") && hasCredentials(tree):
		return []Variable{{Name: "RAILS_MASTER_KEY", Comment: "What stands in config/master.key, which opens the credentials.", File: "bin/rails"}}
	case source.IsFile(tree, "bin/rails"):
		return []Variable{{Name: "SECRET_KEY_BASE", Comment: "Rails does not start without it: bin/rails secret makes one.", File: "bin/rails"}}
	default:
		return nil
	}
}

func hasCredentials(tree source.Tree) bool {
	return source.IsFile(tree, path.Join("config", "credentials.yml.enc")) || source.IsFile(tree, "config/credentials/production.yml.enc")
}

// text returns a file's text; empty for one that is not there or cannot be read.
func text(tree source.Tree, file string) string {
	content, err := source.Read(tree, file)
	if err != nil {
		return ""
	}

	return strings.ToValidUTF8(string(content), "\uFFFD")
}

// cut returns the beginning of a text, without control characters.
func cut(text string, length int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}

		return r
	}, text)

	return strings.ToValidUTF8(text[:min(length, len(text))], "")
}
