package http1

import (
	"bytes"
	"errors"
	"slices"
)

// Framing is how a body ends.
type Framing uint8

const (
	// NoBody is the framing of an answer that has none, whatever its fields say.
	NoBody Framing = iota
	// Counted bodies are as long as Content-Length says.
	Counted
	// Chunked bodies end with a chunk of length 0.
	Chunked
	// UntilClose is the framing of a body that ends with the connection.
	UntilClose
)

// ErrMalformed says that an answer is not HTTP/1.
var ErrMalformed = errors.New("the answer is not HTTP")

const (
	statusDigits = 3

	informational  = 100
	firstFinal     = 200
	noContent      = 204
	notModified    = 304
	maxAnswerLines = 1000
)

// Response is the head of an answer. Its slices are parts of the buffer that was parsed, and good for as long as that is.
type Response struct {
	Status int
	// Reason is the text behind the status, which may be empty.
	Reason []byte
	Fields []Field
	// ContentLength is what the answer says, also where it has no body; -1: it does not say.
	ContentLength int64
	Framing       Framing
	// Close says that the app closes the connection after this answer.
	Close bool
	// Length is that of the head with the empty line at its end.
	Length int

	minor          byte
	close, keep    bool
	lengths, codes int
	// named are the fields that Connection names, other than its own words.
	named [][]byte
}

// Parse reads the head at the beginning of a buffer, as net/http's client would: lines may end with LF alone, and the lines of a value that has
// several are joined in the buffer. It returns false where the head goes on behind the end of the buffer. The answer to a request with the method HEAD has no
// body. All errors are ErrMalformed.
func (r *Response) Parse(buffer []byte, toHead bool) (bool, error) {
	*r = Response{Fields: r.Fields[:0], ContentLength: -1, named: r.named[:0]}

	end := endOfHead(buffer)
	if end < 0 {
		return false, nil
	}

	r.Length = end
	line, rest, _ := bytes.Cut(buffer[:end], []byte{'\n'})

	if !r.parseLine(bytes.TrimSuffix(line, []byte{'\r'})) {
		return false, ErrMalformed
	}

	for lines := 0; ; lines++ {
		if line, rest = nextLine(rest); len(line) == 0 {
			break
		}

		if lines == maxAnswerLines || !r.parseField(line) {
			return false, ErrMalformed
		}
	}

	r.frame(toHead)

	return true, nil
}

// endOfHead returns where the first empty line ends, or -1.
func endOfHead(buffer []byte) int {
	for at := 0; ; {
		end := bytes.IndexByte(buffer[at:], '\n')
		if end < 0 {
			return -1
		}

		line := buffer[at : at+end]
		at += end + 1

		if len(line) == 0 || (len(line) == 1 && line[0] == '\r') {
			return at
		}
	}
}

// nextLine returns the first line without its end, and what follows it. Lines that begin with white space belong to it: it puts spaces in place of the ends
// between them.
func nextLine(buffer []byte) (line, rest []byte) {
	for from := 0; ; {
		end := from + bytes.IndexByte(buffer[from:], '\n')
		line, rest = bytes.TrimSuffix(buffer[:end], []byte{'\r'}), buffer[end+1:]

		if len(line) == 0 || len(rest) == 0 || (rest[0] != ' ' && rest[0] != '\t') {
			return line, rest
		}

		for i := len(line); i <= end; i++ {
			buffer[i] = ' '
		}

		from = end + 1
	}
}

const version1 = "HTTP/1."

func (r *Response) parseLine(line []byte) bool {
	if len(line) < len(version1)+1 || string(line[:len(version1)]) != version1 {
		return false
	}

	r.minor = line[len(version1)]
	status, ok := bytes.CutPrefix(line[len(version1)+1:], []byte{' '})

	if !ok || (r.minor != '0' && r.minor != '1') {
		return false
	}

	digits, reason, _ := bytes.Cut(bytes.TrimLeft(status, " "), []byte{' '})
	code, ok := length(digits)
	r.Status, r.Reason = int(code), reason

	return ok && len(digits) == statusDigits && all(reason, inValue)
}

func (r *Response) parseField(line []byte) bool {
	colon := bytes.IndexByte(line, ':')
	if colon < 1 || line[0] == ' ' || line[0] == '\t' {
		return false
	}

	name := line[:colon]
	if !all(name, inToken) {
		// A name with spaces in it is passed on by nobody.
		return all(bytes.ReplaceAll(name, []byte{' '}, nil), inToken) && all(line[colon+1:], inValue)
	}

	if !all(line[colon+1:], inValue) {
		return false
	}

	r.Fields = append(r.Fields, Field{Name: name, Value: trim(line[colon+1:]), Known: know(name)})

	return r.note(&r.Fields[len(r.Fields)-1])
}

// note reads what a field says of where the answer ends. It returns false where that is wrong or ambiguous.
func (r *Response) note(field *Field) bool {
	switch field.Known {
	case ContentLength:
		number, ok := length(field.Value)
		if !ok || (r.lengths > 0 && number != r.ContentLength) {
			return false
		}

		if r.lengths++; r.lengths > 1 {
			r.Fields = r.Fields[:len(r.Fields)-1] // It says the same again.
		}

		r.ContentLength = number
	case TransferEncoding:
		// HTTP/1.0 has no encodings.
		if r.minor == '1' {
			r.codes++

			return r.codes == 1 && EqualFold(field.Value, "chunked")
		}
	case Connection:
		for element := range Elements(field.Value) {
			switch {
			case EqualFold(element, "close"):
				r.close = true
			case EqualFold(element, "keep-alive"):
				r.keep = true
			default:
				r.named = append(r.named, element)
			}
		}
	case Other, Host, Hop, TE, Trailer, Upgrade, Expect, HTTP2Settings:
	}

	return true
}

func (r *Response) frame(toHead bool) {
	r.Close = r.close || (r.minor == '0' && !r.keep)

	switch {
	case toHead || r.Status < firstFinal || r.Status == noContent || r.Status == notModified:
		r.Framing = NoBody
	case r.codes > 0:
		r.Framing, r.ContentLength = Chunked, -1
	case r.lengths > 0:
		r.Framing = Counted
	default:
		r.Framing, r.Close = UntilClose, true
	}
}

// IsInformational tells whether another answer to the same request follows.
func (r *Response) IsInformational() bool { return r.Status >= informational && r.Status < firstFinal }

// IsNamedHop tells whether Connection names the field: it is for the next recipient alone.
func (r *Response) IsNamedHop(field *Field) bool {
	return slices.ContainsFunc(r.named, func(name []byte) bool { return bytes.EqualFold(name, field.Name) })
}

// IsHop tells whether the field is not for whoever is behind the recipient. IsNamedHop tells of others.
func (f *Field) IsHop() bool {
	switch f.Known {
	case Connection, Hop, TE, Trailer, TransferEncoding, Upgrade, HTTP2Settings:
		return true
	case Other, Host, ContentLength, Expect:
	}

	return false
}
