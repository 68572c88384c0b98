// Package visible makes text of strangers safe for a terminal: control characters, with which a terminal can be told to clear its screen or to type
// by itself, are shown as their escapes and not obeyed.
package visible

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns the text with its control characters, and what is not UTF-8, written out: the escape character as \x1b. Newlines and tabs stay, and
// a carriage return in front of a newline or at the end goes.
func Text(text string) string {
	if !strings.ContainsFunc(text, obeyed) && utf8.ValidString(text) {
		return text
	}

	var shown strings.Builder

	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		rest := text[size:]

		switch {
		case r == utf8.RuneError && size == 1:
			_, _ = fmt.Fprintf(&shown, `\x%02x`, text[0])
		case r == '\r' && (rest == "" || rest[0] == '\n'):
		case obeyed(r):
			shown.WriteString(escape(r))
		default:
			shown.WriteString(text[:size])
		}

		text = rest
	}

	return shown.String()
}

// Writer returns a writer that writes Text to w. Each call is a text of its own, which ends with a whole character. JSON of encoding/json stays JSON
// that means the same.
func Writer(w io.Writer) io.Writer { return writer{w} }

type writer struct{ out io.Writer }

func (w writer) Write(text []byte) (int, error) {
	if _, err := io.WriteString(w.out, Text(string(text))); err != nil {
		return 0, err
	}

	return len(text), nil
}

// obeyed tells whether a terminal does something at the character in place of showing it. Marks that change the direction of writing count, since
// they make a line read as another one.
func obeyed(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
}

// escape writes a character out as programmers know it. encoding/json has escaped those below a space; for the others this is its form, too.
func escape(r rune) string {
	if r < ' ' {
		return fmt.Sprintf(`\x%02x`, r)
	}

	return fmt.Sprintf(`\u%04x`, r)
}
