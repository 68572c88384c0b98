package lockfile

import (
	"regexp"
	"strings"

	"github.com/samber/lo"
)

// GemfileName is the name of Bundler's lockfile.
const GemfileName = "Gemfile.lock"

// GemfileLock is what is read of a Gemfile.lock.
type GemfileLock struct {
	// Gems are by name.
	Gems map[string]Gem
	// Platforms are those that the lockfile was made for.
	Platforms []string
	// Dependencies are the names of the gems that the Gemfile asks for.
	Dependencies []string
	// GemServers and GitRemotes are URLs. Paths are the directories of gems that stand in the source.
	GemServers, GitRemotes, Paths []string
	// Ruby is the version of Ruby that wrote the lockfile; empty where the Gemfile does not name a version.
	Ruby string
	// Bundler is the version of Bundler that wrote the lockfile.
	Bundler string
}

// Gem is a gem that is locked.
type Gem struct {
	Version string
	// Platforms are those that the lockfile has variants for. The variant "ruby" is compiled when it is installed.
	Platforms []string
}

// lockedSpec matches a line such as "    nokogiri (1.18.2-x86_64-linux-gnu)".
var lockedSpec = regexp.MustCompile(`^ {4}(\S+) \(([^()\s]+?)(?:-([a-z][^()]*))?\)$`)

// The sections of the lockfile that list sources.
const (
	gemSection  = "GEM"
	gitSection  = "GIT"
	pathSection = "PATH"
)

// ParseGemfile parses a Gemfile.lock. What it does not understand it leaves out.
func ParseGemfile(text string) GemfileLock {
	lock, section := GemfileLock{Gems: map[string]Gem{}}, ""

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

// read takes a line of a section. entry is the line without its indentation.
func (l *GemfileLock) read(section, line, entry string) {
	switch section {
	case gemSection, gitSection, pathSection:
		l.readSource(section, line, entry)
	case "PLATFORMS":
		l.Platforms = append(l.Platforms, entry)
	case "DEPENDENCIES":
		name, _, _ := strings.Cut(entry, " ")
		l.Dependencies = append(l.Dependencies, strings.TrimSuffix(name, "!"))
	case "RUBY VERSION":
		l.Ruby = strings.TrimPrefix(entry, "ruby ")
	case "BUNDLED WITH":
		l.Bundler = entry
	}
}

// readSource takes a line about where gems come from, or about one of them.
func (l *GemfileLock) readSource(section, line, entry string) {
	if remote, ok := strings.CutPrefix(entry, "remote: "); ok {
		switch section {
		case gemSection:
			l.GemServers = append(l.GemServers, remote)
		case gitSection:
			l.GitRemotes = append(l.GitRemotes, remote)
		default:
			l.Paths = append(l.Paths, remote)
		}

		return
	}

	if spec := lockedSpec.FindStringSubmatch(line); spec != nil {
		gem := l.Gems[spec[1]]
		l.Gems[spec[1]] = Gem{Version: spec[2], Platforms: append(gem.Platforms, lo.CoalesceOrEmpty(spec[3], "ruby"))}
	}
}

// Has tells whether one of these gems is locked.
func (l *GemfileLock) Has(gems ...string) bool {
	return lo.SomeBy(gems, func(gem string) bool { return lo.HasKey(l.Gems, gem) })
}

// Compiles tells whether the gem is locked, and is compiled when it is installed because there is no variant of it for Linux.
func (l *GemfileLock) Compiles(gem string) bool {
	return l.Has(gem) && !lo.SomeBy(l.Gems[gem].Platforms, isLinux)
}

// ForLinux tells whether Bundler accepts the lockfile on Debian.
func (l *GemfileLock) ForLinux() bool {
	return len(l.Platforms) == 0 || lo.Contains(l.Platforms, "ruby") || lo.SomeBy(l.Platforms, isLinux)
}

// isLinux leaves out the platforms with musl, as Debian has the C library of GNU.
func isLinux(platform string) bool {
	return strings.Contains(platform, "-linux") && !strings.HasSuffix(platform, "-musl")
}
