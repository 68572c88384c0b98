package lockfile

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// attributeIndentation is by how many spaces Yarn 1 indents the attributes of an entry.
const attributeIndentation = 2

// classicLock is a yarn.lock of Yarn 1 while it is read. Its format has the descriptors of an entry on a line at the margin, and indented lines with the
// entry's attributes below.
type classicLock struct {
	// versions are by descriptor, such as "left-pad@^1.0.0".
	versions map[string]string
	graph    map[string][]string
	// from are the places that packages come from.
	from []string

	// descriptors are those of the entry that is being read, and section is the attribute whose lines are being read.
	descriptors []string
	section     string
}

// read takes the next line.
func (l *classicLock) read(line string) {
	text := strings.TrimRight(line, "\r\n")
	words := strings.Fields(text)

	switch indentation := len(text) - len(strings.TrimLeft(text, " ")); {
	case len(words) == 0 || strings.HasPrefix(text, "#"):
	case indentation == 0:
		l.descriptors = lo.Map(strings.Split(strings.TrimSuffix(text, ":"), ","), func(descriptor string, _ int) string {
			return strings.Trim(descriptor, ` "`)
		})
		maps.Copy(l.versions, lo.SliceToMap(l.descriptors, func(descriptor string) (string, string) { return descriptor, "" }))
	case indentation == attributeIndentation && words[0] == "version" && len(words) > 1:
		for _, descriptor := range l.descriptors {
			l.versions[descriptor] = strings.Trim(words[1], `"`)
		}
	case indentation == attributeIndentation && words[0] == "resolved" && len(words) > 1:
		l.from = append(l.from, strings.Trim(words[1], `"`))
	case indentation == attributeIndentation:
		l.section = strings.TrimSuffix(words[0], ":")
	case len(l.descriptors) > 0 && (l.section == "dependencies" || l.section == "optionalDependencies"):
		name, _ := nameOfDescriptor(l.descriptors[0])
		l.graph[name] = append(l.graph[name], strings.Trim(words[0], `"`))
	}
}

// parseClassicLock parses a yarn.lock of Yarn 1, which takes a lockfile that has more than package.json asks for.
func parseClassicLock(content string) (NodeLock, error) {
	lock := &classicLock{versions: map[string]string{}, graph: map[string][]string{}}

	for line := range strings.Lines(content) {
		if strings.HasPrefix(line, "<<<<<<<") {
			return NodeLock{}, errors.New("a line begins with <<<<<<<")
		}

		lock.read(line)
	}

	return NodeLock{
		Format: "1", Graph: lock.graph, NeedsGit: gitRepositories(lock.from),
		version: func(_, name, asked string) string { return lock.versions[name+"@"+asked] },
		lacks: func(asks Requested) string {
			asked := asks.Installed()

			missing, _ := lo.Find(slices.Sorted(maps.Keys(asked)), func(name string) bool {
				return !lo.HasKey(lock.versions, name+"@"+asked[name]) && !asks.replaces(name) && !isLocal(asked[name])
			})
			if missing == "" {
				return ""
			}

			return missing + "@" + asked[missing]
		},
	}, nil
}

// isLocal tells whether a dependency is a directory or file of the source, which a yarn.lock does not have to name.
func isLocal(asked string) bool {
	return lo.SomeBy([]string{"file:", "link:", "portal:", "workspace:", ".", "/", "~/"}, func(prefix string) bool { return strings.HasPrefix(asked, prefix) })
}
