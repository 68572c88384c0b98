// Package logtext makes lines of logs safe to show. Apps and builds write colours for terminals, which people want to see, and whatever else they like.
package logtext

import (
	"strings"
	"unicode/utf8"
)

// Shown returns the line with its colours (ESC [ … m) and without all else that a terminal would obey: other escape sequences are left out, and what
// is left of control characters becomes a picture of itself (␇ for a bell), so that nothing goes unseen. Tabs stay.
func Shown(line string) string { return cleaned(line, true) }

// Plain is Shown without the colours: what a reader sees of the line.
func Plain(line string) string { return cleaned(line, false) }

const (
	escape = 0x1b
	rubout = 0x7f
	// c1Lead is how the control characters from U+0080 to U+009F begin in UTF-8; the second byte is below c1End.
	c1Lead = 0xc2
	c1End  = 0xa0
	// pictures is where the pictures of control characters begin in Unicode, and ruboutPicture that of the last one.
	pictures      = 0x2400
	ruboutPicture = "\u2421"
)

func cleaned(line string, colours bool) string {
	at := nextControl(line)
	if at < 0 {
		return line
	}

	var (
		out strings.Builder
		// isOpen says that a text for the terminal has no end in the line: none behind it has one either, and each would be looked for to the end of the line.
		isOpen bool
	)

	for ; at >= 0; at = nextControl(line) {
		out.WriteString(line[:at])
		line = line[at:]

		switch line[0] {
		case escape:
			length, isColour := 0, false
			if isString := beginsCommandString(line); !isString || !isOpen {
				length, isColour = sequence(line)
				isOpen = isOpen || (isString && length == 0)
			}

			if isColour && colours {
				out.WriteString(line[:length])
			}

			if length == 0 { // None that is known: the rest of the line is text.
				out.WriteRune(pictures + escape)

				length = 1
			}

			line = line[length:]
		case c1Lead:
			out.WriteRune(utf8.RuneError)

			line = line[2:]
		case rubout:
			out.WriteString(ruboutPicture)

			line = line[1:]
		default:
			out.WriteRune(pictures + rune(line[0]))

			line = line[1:]
		}
	}

	out.WriteString(line)

	return out.String()
}

// nextControl returns where the next control character stands; -1: nowhere.
func nextControl(line string) int {
	for i := range len(line) {
		switch b := line[i]; {
		case b >= ' ' && b != rubout && b != c1Lead, b == '\t':
		case b != c1Lead, i+1 < len(line) && line[i+1] < c1End:
			return i
		}
	}

	return -1
}
