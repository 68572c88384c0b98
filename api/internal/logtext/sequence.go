package logtext

import "strings"

// sequence returns the length of the escape sequence that the text begins with, and whether it is a colour; 0 where it is none that ends.
func sequence(text string) (length int, isColour bool) {
	if len(text) < len("\x1b[") {
		return 0, false
	}

	switch kind := text[1]; {
	case kind == '[':
		return controlSequence(text)
	case beginsCommandString(text):
		return commandString(text), false
	case kind >= ' ' && kind <= '/': // As ESC ( B, which chooses a set of characters.
		end := skip(text, 1, ' ', '/')
		if end < len(text) && text[end] >= '0' && text[end] <= '~' {
			return end + 1, false
		}
	case kind >= '0' && kind <= '~':
		return len("\x1bM"), false
	}

	return 0, false
}

// controlSequence measures ESC [ parameters intermediates final, of which colours are those that end with m.
func controlSequence(text string) (length int, isColour bool) {
	const parameters = len("\x1b[")

	intermediates := skip(text, parameters, '0', '?')

	end := skip(text, intermediates, ' ', '/')
	if end == len(text) || text[end] < '@' || text[end] > '~' {
		return 0, false
	}

	isColour = text[end] == 'm' && end == intermediates && strings.Trim(text[parameters:end], "0123456789;:") == ""

	return end + 1, isColour
}

func beginsCommandString(text string) bool {
	return len(text) > 1 && strings.IndexByte("]PX^_", text[1]) >= 0
}

// commandString measures a title, a link or another text for the terminal, which ends with a bell or with ESC \.
func commandString(text string) int {
	for i := len("\x1b]"); i < len(text); i++ {
		switch {
		case text[i] == '\a':
			return i + 1
		case strings.HasPrefix(text[i:], "\x1b\\"):
			return i + len("\x1b\\")
		}
	}

	return 0
}

// skip returns the first place from at on whose byte is not between low and high.
func skip(text string, at int, low, high byte) int {
	for at < len(text) && text[at] >= low && text[at] <= high {
		at++
	}

	return at
}
