// Package gitref tells which names git takes for branches.
package gitref

import (
	"regexp"
	"strings"
)

// forbidden is what git-check-ref-format(1) refuses in a name, wherever it stands.
var forbidden = regexp.MustCompile(`[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/]|[/.]$|(^|/)\.|\.lock(/|$)`)

// ValidBranch tells whether git takes a name for that of a branch. Such a name is also safe to give to git: it is neither an option nor a range.
func ValidBranch(name string) bool {
	return name != "" && name != "@" && !strings.EqualFold(name, "head") && !forbidden.MatchString(name)
}
