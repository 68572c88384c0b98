package workflows

import (
	"cmp"
	"slices"
	"strings"
)

// shortestSecret is the length below which a value is too common to be taken out of a text.
const shortestSecret = 4

const redacted = "[redacted]"

// redactor takes the values of environment variables out of what is stored or logged. The zero value knows none.
type redactor struct {
	replacer *strings.Replacer
}

func newRedactor(environment map[string]string) redactor {
	var values []string

	for _, value := range environment {
		// A value of several lines appears in logs line by line.
		for part := range strings.Lines(value) {
			values = append(values, strings.TrimSpace(part))
		}

		values = append(values, value)
	}

	values = slices.DeleteFunc(values, func(value string) bool { return len(value) < shortestSecret })

	// Of two values that begin alike the longer one must win, or its end would be left standing.
	slices.SortFunc(values, func(a, b string) int { return cmp.Compare(len(b), len(a)) })

	pairs := make([]string, 0, 2*len(values))
	for _, value := range slices.Compact(values) {
		pairs = append(pairs, value, redacted)
	}

	return redactor{replacer: strings.NewReplacer(pairs...)}
}

func (r redactor) redact(text string) string {
	if r.replacer == nil {
		return text
	}

	return r.replacer.Replace(text)
}

// storable makes text that Postgres accepts: valid UTF-8 without NUL.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}
