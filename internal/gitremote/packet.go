package gitremote

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// packetKind is what a pkt-line is (gitprotocol-common(5)).
type packetKind int

const (
	packetData packetKind = iota
	packetFlush
	packetDelimiter
	packetResponseEnd
)

const (
	packetLengthBytes = 4
	// maxPacketBytes is the longest pkt-line, with its length in front.
	maxPacketBytes = 65520
)

// errMalformed means that what was sent is no pkt-line.
var errMalformed = errors.New("the answer is not made of pkt-lines")

// packetReader reads pkt-lines.
type packetReader struct {
	reader *bufio.Reader
	buffer []byte
}

func newPacketReader(r io.Reader) *packetReader {
	return &packetReader{reader: bufio.NewReader(r), buffer: make([]byte, maxPacketBytes)}
}

// next returns the next pkt-line without the newline at its end, valid until the next call. The error is io.EOF at the end of the stream alone, and
// io.ErrUnexpectedEOF within a pkt-line.
func (p *packetReader) next() (packetKind, []byte, error) {
	header := p.buffer[:packetLengthBytes]
	if _, err := io.ReadFull(p.reader, header); err != nil {
		return 0, nil, err
	}

	// ParseUint takes a sign or an underscore for part of a number in other bases alone.
	length, err := strconv.ParseUint(string(header), 16, 32)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %q is no length", errMalformed, header)
	}

	// The lengths below that of a length itself stand for themselves.
	switch {
	case length == 0:
		return packetFlush, nil, nil
	case length == 1:
		return packetDelimiter, nil, nil
	case length == 2: //nolint:mnd // As 0 and 1.
		return packetResponseEnd, nil, nil
	case length < packetLengthBytes || length > maxPacketBytes:
		return 0, nil, fmt.Errorf("%w: no pkt-line has a length of %d", errMalformed, length)
	}

	data := p.buffer[:length-packetLengthBytes]
	if _, err := io.ReadFull(p.reader, data); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}

		return 0, nil, err
	}

	return packetData, bytes.TrimSuffix(data, []byte("\n")), nil
}

// appendPacket appends a pkt-line with the text and a newline.
func appendPacket(request []byte, text string) []byte {
	return fmt.Appendf(request, "%04x%s\n", packetLengthBytes+len(text)+1, text)
}
