package http1

import (
	"bytes"
)

// Verdict is what became of a head.
type Verdict uint8

const (
	// Incomplete heads go on behind the end of the buffer.
	Incomplete Verdict = iota
	// Plain heads were read.
	Plain
	// Unusual heads are for net/http.
	Unusual
)

const (
	maxMethod = 32
	maxFields = 100
)

// Request is the head of a request. Its slices are parts of the buffer that was parsed, and good for as long as that is.
type Request struct {
	Method, Target []byte
	// Host is the value of the only Host field.
	Host []byte
	// Fields are all fields, in the order in which they came.
	Fields []Field
	// ContentLength is the length of the body; -1 for a chunked one.
	ContentLength int64
	// Close says that the client wants the connection to end with this request.
	Close bool
	// Length is that of the head with the empty line at its end.
	Length int
}

// Parse reads the head at the beginning of a buffer. It uses the memory of the fields that it has.
func (r *Request) Parse(buffer []byte) Verdict {
	*r = Request{Fields: r.Fields[:0]}

	if len(buffer) > 0 && (buffer[0] < 'A' || buffer[0] > 'Z') {
		return Unusual
	}

	line, rest, verdict := cutLine(buffer)
	if verdict != Plain {
		return verdict
	}

	if !r.parseLine(line) {
		return Unusual
	}

	for {
		if line, rest, verdict = cutLine(rest); verdict != Plain {
			return verdict
		}

		if len(line) == 0 {
			break
		}

		if len(r.Fields) == maxFields || !r.parseField(line) {
			return Unusual
		}
	}

	r.Length = len(buffer) - len(rest)

	return r.judge()
}

// cutLine returns what stands before a line end of CR and LF, and what follows it. A line that ends otherwise is Unusual.
func cutLine(buffer []byte) (line, rest []byte, _ Verdict) {
	end := bytes.IndexByte(buffer, '\n')

	switch {
	case end < 0:
		return nil, nil, Incomplete
	case end == 0 || buffer[end-1] != '\r':
		return nil, nil, Unusual
	default:
		return buffer[:end-1], buffer[end+1:], Plain
	}
}

const version11 = " HTTP/1.1"

func (r *Request) parseLine(line []byte) bool {
	if len(line) < len(version11) || string(line[len(line)-len(version11):]) != version11 {
		return false
	}

	line = line[:len(line)-len(version11)]

	space := bytes.IndexByte(line, ' ')
	if space < 1 || space > maxMethod {
		return false
	}

	r.Method, r.Target = line[:space], line[space+1:]

	for _, c := range r.Method {
		if c < 'A' || c > 'Z' {
			return false
		}
	}

	return len(r.Target) > 0 && r.Target[0] == '/' && all(r.Target, inTarget) && escapesAreWhole(r.Path())
}

// Path is the part of the target before the query.
func (r *Request) Path() []byte {
	if query := bytes.IndexByte(r.Target, '?'); query >= 0 {
		return r.Target[:query]
	}

	return r.Target
}

// escapesAreWhole tells whether two hexadecimal digits follow each percent sign.
func escapesAreWhole(path []byte) bool {
	for {
		sign := bytes.IndexByte(path, '%')
		if sign < 0 {
			return true
		}

		if len(path) < sign+3 || !all(path[sign+1:sign+3], isHex) {
			return false
		}

		path = path[sign+3:]
	}
}

// parseField reads one line. A line that goes on from the one before begins with white space, which no name has.
func (r *Request) parseField(line []byte) bool {
	colon := bytes.IndexByte(line, ':')
	if colon < 1 || !all(line[:colon], inToken) || !all(line[colon+1:], inValue) {
		return false
	}

	name := line[:colon]
	r.Fields = append(r.Fields, Field{Name: name, Value: trim(line[colon+1:]), Known: know(name)})

	return true
}

// judge tells whether there is one way to read the fields.
func (r *Request) judge() Verdict {
	var hosts, lengths, encodings int

	for i := range r.Fields {
		field := &r.Fields[i]

		switch field.Known {
		case Host:
			hosts++
			r.Host = field.Value
		case ContentLength:
			var ok bool

			if r.ContentLength, ok = length(field.Value); !ok {
				return Unusual
			}

			lengths++
		case TransferEncoding:
			if !EqualFold(field.Value, "chunked") {
				return Unusual
			}

			encodings++
		case Connection:
			if !r.parseConnection(field.Value) {
				return Unusual
			}
		case TE, Trailer, Upgrade, Expect, HTTP2Settings:
			return Unusual
		case Other, Hop:
		}
	}

	if hosts != 1 || lengths+encodings > 1 {
		return Unusual
	}

	if encodings > 0 {
		r.ContentLength = -1
	}

	return Plain
}

// parseConnection returns false for anything but close and keep-alive.
func (r *Request) parseConnection(value []byte) bool {
	for element := range Elements(value) {
		switch {
		case EqualFold(element, "close"):
			r.Close = true
		case !EqualFold(element, "keep-alive"):
			return false
		}
	}

	return true
}
