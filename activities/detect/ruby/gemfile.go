package ruby

import (
	"regexp"
	"strings"

	"github.com/samber/lo"
)

// gemfile is what can be told of a Gemfile without running it, as it is a program.
type gemfile struct {
	// gems are the names that it asks for whatever happens; empty where that depends on something.
	gems []string
	// requirements of the Ruby version, such as "3.3.6" or "~> 3.3"; empty where it makes none, or where they cannot be told.
	requirements []string
	// rubyFile is the file that it reads the requirement from.
	rubyFile string
	// otherRuby is the engine of an app for another Ruby than the usual one.
	otherRuby string
	// strings are all texts in quotes: files of these names may be read by it.
	strings []string
}

var (
	gemLine     = regexp.MustCompile(`^\s*gem[\s(]+["']([\w.-]+)["']`)
	rubyLine    = regexp.MustCompile(`^\s*ruby[\s(]+(.*)$`)
	rubyFile    = regexp.MustCompile(`^file:\s*["']([^"']+)["']|^:file\s*=>\s*["']([^"']+)["']|^File\.read\(?\s*["']([^"']+)["']`)
	rubyEngine  = regexp.MustCompile(`engine:\s*["'](\w+)["']|:engine\s*=>\s*["'](\w+)["']`)
	rubyVersion = regexp.MustCompile(`^\s*\[?\s*["']([^"']+)["']\s*\]?\s*,?`)
	gemOption   = regexp.MustCompile(`\s(?:if|unless)\s`)
	gemfileFlow = regexp.MustCompile(`^\s*(?:if|unless|case|else|elsif|while|until|def|begin|=begin|__END__|\w+\s*=\s*(?:if|case))\b`)
	quotedText  = regexp.MustCompile(`["']([^"'\n]+)["']`)
)

func parseGemfile(text string) gemfile {
	parsed, conditional := gemfile{}, false

	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}

		conditional = conditional || gemfileFlow.MatchString(line)

		if name := gemLine.FindStringSubmatch(line); name != nil && !gemOption.MatchString(line) {
			parsed.gems = append(parsed.gems, name[1])
		}

		if ruby := rubyLine.FindStringSubmatch(line); ruby != nil {
			parsed.readRuby(ruby[1])
		}

		for _, quoted := range quotedText.FindAllStringSubmatch(line, -1) {
			parsed.strings = append(parsed.strings, quoted[1])
		}
	}

	if conditional {
		parsed.gems = nil
	}

	return parsed
}

// readRuby takes what follows the word ruby.
func (g *gemfile) readRuby(argument string) {
	if engine := rubyEngine.FindStringSubmatch(argument); engine != nil {
		if name := lo.CoalesceOrEmpty(engine[1:]...); name != "ruby" {
			g.otherRuby = name
		}
	}

	if file := rubyFile.FindStringSubmatch(argument); file != nil {
		g.rubyFile = lo.CoalesceOrEmpty(file[1:]...)

		return
	}

	for {
		version := rubyVersion.FindStringSubmatchIndex(argument)
		if version == nil || strings.Contains(argument[version[2]:version[3]], "#{") {
			return
		}

		g.requirements = append(g.requirements, argument[version[2]:version[3]])
		argument = argument[version[1]:]
	}
}
