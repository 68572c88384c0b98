package edgeproxy

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxPath is how many bytes are kept of the path of a request, and maxMethod of its method.
	maxPath   = 1024
	maxMethod = 32
	cutMark   = "…"
)

// asked is what a request asks for, as it came.
type asked struct {
	method, host, target string
	// decoded is the path of a target that has none to show.
	decoded string
}

func askedBy(r *http.Request) asked { return asked{r.Method, r.Host, r.RequestURI, r.URL.Path} }

// path returns the path without the query.
func (a asked) path() string {
	if path := rawPath(a.target); path != "" {
		return visible(path, maxPath)
	}

	return visible(a.decoded, maxPath)
}

// visible returns a text of at most so many bytes that can be shown anywhere: control characters, marks that turn the direction of what follows, and
// bytes that are no UTF-8 are escaped as in URLs. What it returns shares no memory with the text, which is a part of a larger one.
func visible(text string, most int) string {
	if len(text) <= most && strings.IndexFunc(text, isHidden) < 0 {
		return strings.Clone(text)
	}

	var (
		shown strings.Builder
		fits  int // How much of it may stay where it has to be cut.
	)

	for text != "" {
		character, width := utf8.DecodeRuneInString(text)
		if isHidden(character) {
			escape(&shown, text[:width])
		} else {
			shown.WriteString(text[:width])
		}

		text = text[width:]

		if shown.Len() > most {
			return shown.String()[:fits] + cutMark
		}

		if shown.Len() <= most-len(cutMark) {
			fits = shown.Len()
		}
	}

	return shown.String()
}

// isHidden tells whether a character is to be escaped. utf8.RuneError stands for a byte that is no UTF-8; where it is itself in the text nothing is lost.
func isHidden(character rune) bool { return character == utf8.RuneError || !unicode.IsPrint(character) }

func escape(to *strings.Builder, bytes string) {
	for _, b := range []byte(bytes) {
		fmt.Fprintf(to, "%%%02X", b)
	}
}
