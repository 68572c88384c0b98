package detect

import (
	"regexp"
	"strings"

	"github.com/samber/lo"
)

const gemfileLock = "Gemfile.lock"

// gemLock is what detection reads of a Gemfile.lock.
type gemLock struct {
	gems      map[string]lockedGem
	platforms []string
	// dependencies are the names of the gems that the Gemfile asks for.
	dependencies []string
	// gemServers and gitRemotes are URLs; paths are the directories of gems that stand in the source.
	gemServers, gitRemotes, paths []string
	// ruby is the version that wrote the lockfile, where the Gemfile names one.
	ruby    string
	bundler string
}

type lockedGem struct {
	version string
	// platforms of the variants that the lockfile has; "ruby" is the one that is compiled when it is installed.
	platforms []string
}

// lockedSpec is a line such as "    nokogiri (1.18.2-x86_64-linux-gnu)".
var lockedSpec = regexp.MustCompile(`^ {4}(\S+) \(([^()\s]+?)(?:-([a-z][^()]*))?\)$`)

// The sections of the lockfile that list sources.
const (
	gemSection  = "GEM"
	gitSection  = "GIT"
	pathSection = "PATH"
)

func parseGemLock(text string) gemLock {
	lock, section := gemLock{gems: map[string]lockedGem{}}, ""

	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		entry := strings.TrimSpace(line)

		switch {
		case entry == "":
		case line[0] != ' ':
			section = line
		default:
			lock.read(section, line, entry)
		}
	}

	return lock
}

func (l *gemLock) read(section, line, entry string) {
	switch section {
	case gemSection, gitSection, pathSection:
		l.readSource(section, line, entry)
	case "PLATFORMS":
		l.platforms = append(l.platforms, entry)
	case "DEPENDENCIES":
		name, _, _ := strings.Cut(entry, " ")
		l.dependencies = append(l.dependencies, strings.TrimSuffix(name, "!"))
	case "RUBY VERSION":
		l.ruby = strings.TrimPrefix(entry, "ruby ")
	case "BUNDLED WITH":
		l.bundler = entry
	}
}

func (l *gemLock) readSource(section, line, entry string) {
	if remote, ok := strings.CutPrefix(entry, "remote: "); ok {
		switch section {
		case gemSection:
			l.gemServers = append(l.gemServers, remote)
		case gitSection:
			l.gitRemotes = append(l.gitRemotes, remote)
		default:
			l.paths = append(l.paths, remote)
		}

		return
	}

	if spec := lockedSpec.FindStringSubmatch(line); spec != nil {
		gem := l.gems[spec[1]]
		l.gems[spec[1]] = lockedGem{version: spec[2], platforms: append(gem.platforms, lo.CoalesceOrEmpty(spec[3], "ruby"))}
	}
}

func (l *gemLock) has(gems ...string) bool {
	return lo.SomeBy(gems, func(gem string) bool { return lo.HasKey(l.gems, gem) })
}

// compiles tells whether the gem is compiled when it is installed, as there is no variant of it for Linux.
func (l *gemLock) compiles(gem string) bool {
	return l.has(gem) && !lo.SomeBy(l.gems[gem].platforms, isLinux)
}

// forLinux tells whether Bundler accepts the lockfile on Debian.
func (l *gemLock) forLinux() bool {
	return len(l.platforms) == 0 || lo.Contains(l.platforms, "ruby") || lo.SomeBy(l.platforms, isLinux)
}

func isLinux(platform string) bool {
	return strings.Contains(platform, "-linux") && !strings.HasSuffix(platform, "-musl")
}
