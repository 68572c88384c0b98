package ruby

import (
	"regexp"
	"strings"

	"github.com/samber/lo"
)

// gemfileName is the name of the file in which an app names its gems.
const gemfileName = "Gemfile"

// gemfile is what a Gemfile says without being run: it is a program.
type gemfile struct {
	// gems are the names of the gems that it asks for; empty where it has conditions, as these may decide for which.
	gems []string
	// requirements are what it requires of the version of Ruby, such as "3.3.6" or "~> 3.3"; empty where that cannot be told without running it.
	requirements []string
	// rubyFile is the file that it reads the version of Ruby from; empty where it reads none.
	rubyFile string
	// otherRuby is the engine that it asks for, such as jruby; empty for the usual Ruby.
	otherRuby string
	// strings are all texts in quotes. It may read files of these names.
	strings []string
}

var (
	gemLine         = regexp.MustCompile(`^\s*gem[\s(]+["']([\w.-]+)["']`)
	rubyLine        = regexp.MustCompile(`^\s*ruby[\s(]+(.*)$`)
	rubyFile        = regexp.MustCompile(`^file:\s*["']([^"']+)["']|^:file\s*=>\s*["']([^"']+)["']|^File\.read\(?\s*["']([^"']+)["']`)
	rubyEngine      = regexp.MustCompile(`engine:\s*["'](\w+)["']|:engine\s*=>\s*["'](\w+)["']`)
	rubyRequirement = regexp.MustCompile(`^\s*\[?\s*["']([^"']+)["']\s*\]?\s*,?`)
	gemOption       = regexp.MustCompile(`\s(?:if|unless)\s`)
	gemfileFlow     = regexp.MustCompile(`^\s*(?:if|unless|case|else|elsif|while|until|def|begin|=begin|__END__|\w+\s*=\s*(?:if|case))\b`)
	quotedText      = regexp.MustCompile(`["']([^"'\n]+)["']`)
)

// parseGemfile reads a Gemfile line by line.
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

// readRuby reads the arguments of ruby.
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
		version := rubyRequirement.FindStringSubmatchIndex(argument)
		if version == nil || strings.Contains(argument[version[2]:version[3]], "#{") {
			return
		}

		g.requirements = append(g.requirements, argument[version[2]:version[3]])
		argument = argument[version[1]:]
	}
}
