package detect

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"
	"go.yaml.in/yaml/v3"
)

// berryMetadata is the entry that yarn.lock has since Yarn 2.
const berryMetadata = "__metadata"

func readYarnLock(content []byte) (lockfile, error) {
	if strings.Contains(string(content), "\n"+berryMetadata+":") {
		return readBerryLock(content)
	}

	return readClassicLock(string(content))
}

// attribute is how far yarn 1 indents the attributes of an entry.
const attribute = 2

// classicLock is what is read of yarn 1's own format: descriptors at the margin, their attributes below.
type classicLock struct {
	versions map[string]string
	graph    map[string][]string

	// descriptors and section are where the reader is.
	descriptors []string
	section     string
}

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
	case indentation == attribute && words[0] == "version" && len(words) > 1:
		for _, descriptor := range l.descriptors {
			l.versions[descriptor] = strings.Trim(words[1], `"`)
		}
	case indentation == attribute:
		l.section = strings.TrimSuffix(words[0], ":")
	case len(l.descriptors) > 0 && (l.section == "dependencies" || l.section == "optionalDependencies"):
		name, _ := nameOfDescriptor(l.descriptors[0])
		l.graph[name] = append(l.graph[name], strings.Trim(words[0], `"`))
	}
}

func readClassicLock(content string) (lockfile, error) {
	lock := &classicLock{versions: map[string]string{}, graph: map[string][]string{}}

	for line := range strings.Lines(content) {
		if strings.HasPrefix(line, "<<<<<<<") {
			return lockfile{}, errors.New("a line begins with <<<<<<<")
		}

		lock.read(line)
	}

	return lockfile{
		format: "1", graph: lock.graph,
		version: func(_, name, asked string) string { return lock.versions[name+"@"+asked] },
		disagrees: func(_ string, asks manifest) string {
			asked := asks.installed()

			for _, name := range slices.Sorted(maps.Keys(asked)) {
				if !lo.HasKey(lock.versions, name+"@"+asked[name]) && !asks.replaces(name) && !isLocal(asked[name]) {
					return fmt.Sprintf("it has no %q at %q", name, asked[name])
				}
			}

			return ""
		},
	}, nil
}

// isLocal tells whether a dependency comes out of the source itself.
func isLocal(asked string) bool {
	return lo.SomeBy([]string{"file:", "link:", "portal:", "workspace:", ".", "/", "~/"}, func(prefix string) bool { return strings.HasPrefix(asked, prefix) })
}

type berryPackage struct {
	Version      string            `yaml:"version"`
	Resolution   string            `yaml:"resolution"`
	Dependencies map[string]string `yaml:"dependencies"`
}

func readBerryLock(content []byte) (lockfile, error) {
	var lock map[string]berryPackage
	if err := yaml.Unmarshal(content, &lock); err != nil {
		return lockfile{}, err
	}

	graph, workspaces, versions := map[string][]string{}, map[string]berryPackage{}, map[string]string{}

	for descriptors, locked := range lock {
		for descriptor := range strings.SplitSeq(descriptors, ", ") {
			versions[strings.Replace(descriptor, "@npm:", "@", 1)] = locked.Version
		}

		name, where := nameOfDescriptor(locked.Resolution)
		if directory, ok := strings.CutPrefix(where, "workspace:"); ok {
			workspaces[directory] = locked

			continue
		}

		if descriptors != berryMetadata {
			mergeGraph(graph, name, locked.Dependencies)
		}
	}

	return lockfile{
		format: lock[berryMetadata].Version, graph: graph,
		version: func(_, name, asked string) string { return versions[name+"@"+strings.TrimPrefix(asked, "npm:")] },
		disagrees: func(directory string, asks manifest) string {
			noted, ok := workspaces[directory]
			if !ok {
				return "it has nothing of this package"
			}

			return compareAsked(asks, noted.Dependencies, sameForBerry)
		},
	}, nil
}

// sameForBerry leaves what has a protocol of its own to Yarn, which notes it with details.
func sameForBerry(asked, noted string) bool {
	asked, noted = strings.TrimPrefix(asked, "npm:"), strings.TrimPrefix(noted, "npm:")

	return asked == noted || strings.ContainsAny(asked+noted, ":/#")
}
