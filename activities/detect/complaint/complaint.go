package complaint

import "regexp"

// Complaint is something that a framework's tools say when a build fails, and what the user can do about it.
type Complaint struct {
	// Says matches the complaint in the output of the instruction that failed, which is searched as one text of many lines.
	Says *regexp.Regexp
	// Sentence is for the user: what is wrong and what to change. It quotes groups of Says as $1, and has $$ for a dollar sign.
	Sentence string
}

// Explain returns the sentence of the first complaint that the output of a failed instruction has; false where it has none of them.
func Explain(complaints []Complaint, output string) (string, bool) {
	for _, known := range complaints {
		if match := known.Says.FindStringSubmatchIndex(output); match != nil {
			return string(known.Says.ExpandString(nil, known.Sentence, output, match)), true
		}
	}

	return "", false
}
