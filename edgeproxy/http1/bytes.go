package http1

// class says where a byte may stand.
type class uint8

const (
	inToken  class = 1 << iota // In names of fields and methods.
	inValue                    // In values of fields.
	inTarget                   // In the path or query of a target.
	isHex
)

var classes = makeClasses()

func makeClasses() (made [256]class) {
	const (
		firstPrintable = 0x20
		del            = 0x7f
	)

	for i := range made {
		c := byte(i)
		letter, digit := 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9'

		if letter || digit || contains("!#$%&'*+-.^_`|~", c) {
			made[i] |= inToken
		}

		if (c >= firstPrintable && c != del) || c == '\t' {
			made[i] |= inValue
		}

		// What a client should have escaped is accepted all the same, but for "#", which begins what no client sends.
		if c > firstPrintable && c < del && c != '#' {
			made[i] |= inTarget
		}

		if contains("0123456789abcdefABCDEF", c) {
			made[i] |= isHex
		}
	}

	return made
}

func contains(text string, c byte) bool {
	for i := range len(text) {
		if text[i] == c {
			return true
		}
	}

	return false
}

// all tells whether all bytes of a text are of a class.
func all(text []byte, of class) bool {
	for _, c := range text {
		if classes[c]&of == 0 {
			return false
		}
	}

	return true
}

// trim returns a text without the spaces and tabs around it.
func trim(text []byte) []byte {
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\t') {
		text = text[1:]
	}

	for len(text) > 0 && (text[len(text)-1] == ' ' || text[len(text)-1] == '\t') {
		text = text[:len(text)-1]
	}

	return text
}

// EqualFold tells whether a text is the same as another one of lower-case ASCII, whatever the case of its letters.
func EqualFold(text []byte, lower string) bool {
	if len(text) != len(lower) {
		return false
	}

	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}

		if c != lower[i] {
			return false
		}
	}

	return true
}
