package cli

import (
	"fmt"
	"regexp"
	"strings"
)

// dotenvVariable is a variable of a .env file, as the npm package dotenv and its kin read it: quoted values may have several lines, and
// a # begins a comment outside of quotes. References to other variables are not resolved.
var dotenvVariable = regexp.MustCompile("(?m)^[ \t]*(?:export[ \t]+)?([^\\s=#'\"`]+)[ \t]*=[ \t]*" +
	"(?:'((?:\\\\'|[^'])*)'|\"((?:\\\\\"|[^\"])*)\"|`((?:\\\\`|[^`])*)`|([^\"'`#\n][^#\n]*|))[ \t]*(?:#.*)?$")

// dotenvRest is what may stand between variables.
var dotenvRest = regexp.MustCompile(`^\s*(#.*)?$`)

// variable is an environment variable with its value.
type variable struct{ name, value string }

// parseDotenv returns the variables of a .env file in their order, or an error that names the first line that is none.
func parseDotenv(content string) ([]variable, error) {
	content = strings.ReplaceAll(strings.TrimPrefix(content, "\ufeff"), "\r\n", "\n")

	var found []variable

	end := 0

	for _, at := range dotenvVariable.FindAllStringSubmatchIndex(content, -1) {
		if err := nothingBetween(content, end, at[0]); err != nil {
			return nil, err
		}

		end = at[1]
		found = append(found, variable{name: content[at[2]:at[3]], value: dotenvValue(content, at)})
	}

	return found, nothingBetween(content, end, len(content))
}

func dotenvValue(content string, at []int) string {
	const single, double, backquote, bare = 4, 6, 8, 10

	group := func(i int) string { return content[at[i]:at[i+1]] }

	switch {
	case at[single] >= 0:
		return group(single)
	case at[double] >= 0:
		return strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\"`, `"`, `\\`, `\`).Replace(group(double))
	case at[backquote] >= 0:
		return group(backquote)
	default:
		return strings.TrimSpace(group(bare))
	}
}

// nothingBetween returns an error that names the first line between two places which is neither empty nor a comment.
func nothingBetween(content string, from, to int) error {
	line := 1 + strings.Count(content[:from], "\n")

	for text := range strings.SplitSeq(content[from:to], "\n") {
		if !dotenvRest.MatchString(text) {
			return fmt.Errorf("line %d is not NAME=VALUE, or its quotes do not end", line)
		}

		line++
	}

	return nil
}
