package workflows

import (
	"cmp"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/activities"
)

const redacted = "[redacted]"

// redactor takes the secret values of environment variables out of text that is stored or logged, as they are and coded. The zero value takes nothing
// out.
type redactor struct {
	replacer *strings.Replacer
	// values are taken out, the longest first.
	values []string
}

func newRedactor(environment map[string]string) redactor {
	var values []string

	for name, value := range environment {
		if !isSecret(name, value) {
			continue
		}

		// A value of several lines appears in logs line by line; of what carriage returns separate, only the last part does.
		for _, part := range strings.FieldsFunc(value, func(r rune) bool { return r == '\n' || r == '\r' }) {
			if part = strings.TrimSpace(part); isSecret(name, part) {
				values = append(append(values, part), codedForms(part)...)
			}
		}

		values = append(append(values, value), codedForms(value)...)
	}

	values = slices.DeleteFunc(values, func(value string) bool { return len(value) < shortestSecret })

	// The longer of two values with the same beginning comes first, or the end of the longer one would be left in the text.
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })

	values = slices.Compact(values)

	pairs := make([]string, 0, 2*len(values))
	for _, value := range values {
		pairs = append(pairs, value, redacted)
	}

	return redactor{replacer: strings.NewReplacer(pairs...), values: values}
}

func (r redactor) redact(text string) string {
	if r.replacer == nil {
		return text
	}

	return r.replacer.Replace(text)
}

// redactLine also takes out the beginning of a value at which a line of a build was cut.
func (r redactor) redactLine(line string) string {
	cut := strings.LastIndex(line, activities.CutNote)
	if cut < 0 {
		return r.redact(line)
	}

	// The cut may have gone through a character, too.
	return r.redactEnd(r.redact(strings.TrimRight(line[:cut], "\uFFFD"))) + line[cut:]
}

// redactEnd takes out the beginning of a value that the text ends in.
func (r redactor) redactEnd(text string) string {
	end := len(text)

	for _, value := range r.values {
		for at := max(len(text)-len(value), 0); at < end; at++ {
			next := strings.Index(text[at:], value[:shortestSecret])
			if next < 0 {
				break
			}

			at += next
			if strings.HasPrefix(value, text[at:]) {
				end = min(end, at)
			}
		}
	}

	if end == len(text) {
		return text
	}

	return text[:end] + redacted
}

// storable makes text that Postgres accepts: valid UTF-8 without NUL.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}
