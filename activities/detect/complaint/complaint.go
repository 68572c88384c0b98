package complaint

import "regexp"

// Complaint is something that a framework's tools say when a build fails, and what the user can do about it.
type Complaint struct {
	// Says is searched for in the output of the instruction that failed, all of its lines together.
	Says *regexp.Regexp
	// Sentence is for the user: what is wrong and what to change. It may quote groups of the pattern, as $1.
	Sentence string
}

// Explain finds in the last lines of a failed instruction what the user can do about it; false where nothing is known.
func Explain(complaints []Complaint, output string) (string, bool) {
	for _, known := range complaints {
		if match := known.Says.FindStringSubmatchIndex(output); match != nil {
			return string(known.Says.ExpandString(nil, known.Sentence, output, match)), true
		}
	}

	return "", false
}
