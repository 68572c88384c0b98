package detect

import "regexp"

// complaint is something that a framework's tools say when a build fails, and what the user can do about it.
type complaint struct {
	// says is searched for in the output of the instruction that failed, all of its lines together.
	says *regexp.Regexp
	// sentence is for the user: what is wrong and what to change. It may quote groups of the pattern, as $1.
	sentence string
}

// explain finds in the last lines of a failed instruction what the user can do about it; false where nothing is known.
func explain(complaints []complaint, output string) (string, bool) {
	for _, known := range complaints {
		if match := known.says.FindStringSubmatchIndex(output); match != nil {
			return string(known.says.ExpandString(nil, known.sentence, output, match)), true
		}
	}

	return "", false
}
