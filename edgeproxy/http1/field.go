package http1

import (
	"bytes"
	"iter"
)

// Known tells the fields apart that are about one connection or about where a message ends.
type Known uint8

// What a field is known as.
const (
	Other            Known = iota // Any field that means nothing to a proxy.
	Hop                           // Keep-Alive, Proxy-Connection, Proxy-Authenticate and Proxy-Authorization: for the next recipient alone.
	Host                          // Host.
	ContentLength                 // Content-Length.
	TransferEncoding              // Transfer-Encoding.
	Connection                    // Connection.
	TE                            // TE.
	Trailer                       // Trailer.
	Upgrade                       // Upgrade.
	Expect                        // Expect.
	HTTP2Settings                 // HTTP2-Settings.
)

// Field is one line of a head. Its bytes are those of the buffer.
type Field struct {
	Name, Value []byte
	Known       Known
}

// know returns what a name means. Most names are told apart from all that are known by their length and first letter.
func know(name []byte) Known {
	for _, candidate := range byLength[min(len(name), len(byLength)-1)] {
		if EqualFold(name, candidate.name) {
			return candidate.known
		}
	}

	return Other
}

type knownName struct {
	name  string
	known Known
}

var byLength = sortByLength([]knownName{
	{"host", Host}, {"content-length", ContentLength}, {"transfer-encoding", TransferEncoding}, {"connection", Connection}, {"te", TE},
	{"trailer", Trailer}, {"upgrade", Upgrade}, {"expect", Expect}, {"http2-settings", HTTP2Settings}, {"keep-alive", Hop},
	{"proxy-connection", Hop}, {"proxy-authenticate", Hop}, {"proxy-authorization", Hop},
})

func sortByLength(names []knownName) (sorted [21][]knownName) {
	for _, one := range names {
		sorted[len(one.name)] = append(sorted[len(one.name)], one)
	}

	return sorted
}

// Elements are the parts of a value between commas, without the white space around them. Empty ones are left out.
func Elements(value []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(value) > 0 {
			element, rest, _ := bytes.Cut(value, []byte{','})
			value = rest

			if element = trim(element); len(element) > 0 && !yield(element) {
				return
			}
		}
	}
}

// length returns the number that a Content-Length is, of at most 18 digits.
func length(value []byte) (int64, bool) {
	const most = 18

	if len(value) == 0 || len(value) > most {
		return 0, false
	}

	number := int64(0)

	for _, c := range value {
		if c < '0' || c > '9' {
			return 0, false
		}

		number = number*10 + int64(c-'0') //nolint:mnd // Decimal.
	}

	return number, true
}
