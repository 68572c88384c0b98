package http1

import "errors"

// ErrChunks says that a body is not chunked as it should be.
var ErrChunks = errors.New("the chunks of a body are malformed")

const (
	maxChunkLine = 4096
	maxTrailers  = 16 << 10
	// maxChunkDigits keeps lengths within 63 bits.
	maxChunkDigits = 15
)

type chunkState uint8

const (
	chunkLength chunkState = iota
	chunkExtension
	chunkLineEnd
	chunkData
	chunkDataCR
	chunkDataLF
	trailerBegin
	trailerLine
	trailerLineEnd
	trailersEnd
	chunksOver
)

// Chunks reads a chunked body (RFC 9112, section 7.1). Its zero value is ready for the first byte of one.
type Chunks struct {
	// Trailers are the lines behind the last chunk as they came, each with its end. They are complete when the body has ended.
	Trailers []byte

	state  chunkState
	left   int64 // Bytes of the chunk that are still to come.
	digits int
	line   int // Bytes of the line that were read.
}

// Decode takes the bytes of a body that have arrived, and moves the data in them together at the beginning of the buffer. It returns how many bytes of data
// there are, and how many bytes of the buffer belonged to the body: fewer than all only where it has ended.
func (c *Chunks) Decode(buffer []byte) (data, used int, err error) {
	for used < len(buffer) && c.state != chunksOver {
		if c.state == chunkData {
			n := copy(buffer[data:], buffer[used:min(int64(len(buffer)), int64(used)+c.left)])
			data, used, c.left = data+n, used+n, c.left-int64(n)

			if c.left == 0 {
				c.state = chunkDataCR
			}

			continue
		}

		if !c.step(buffer[used]) {
			return data, used, ErrChunks
		}

		used++
	}

	return data, used, nil
}

// Over tells whether the body has ended.
func (c *Chunks) Over() bool { return c.state == chunksOver }

// step takes one byte of what stands around the data.
func (c *Chunks) step(b byte) bool {
	switch c.state {
	case chunkLength, chunkExtension, chunkLineEnd:
		return c.stepLength(b)
	case chunkDataCR:
		c.state = chunkDataLF

		return b == '\r'
	case chunkDataLF:
		c.state, c.digits, c.line = chunkLength, 0, 0

		return b == '\n'
	case trailerBegin, trailerLine, trailerLineEnd, trailersEnd:
		return c.stepTrailer(b)
	case chunkData, chunksOver:
	}

	return false
}

func (c *Chunks) stepLength(b byte) bool {
	if c.line++; c.line > maxChunkLine {
		return false
	}

	switch {
	case c.state == chunkLineEnd:
		if c.state = chunkData; c.left == 0 {
			c.state = trailerBegin
		}

		return b == '\n'
	case b == '\r':
		c.state = chunkLineEnd

		return c.digits > 0
	case c.state == chunkExtension:
		return classes[b]&inValue != 0
	case classes[b]&isHex != 0:
		c.left = c.left<<4 | int64(hexValue(b)) //nolint:mnd // A digit has four bits.
		c.digits++

		return c.digits <= maxChunkDigits
	case b == ';' || b == ' ' || b == '\t':
		c.state = chunkExtension

		return c.digits > 0
	default:
		return false
	}
}

func hexValue(digit byte) byte {
	if digit <= '9' {
		return digit - '0'
	}

	return digit | 0x20 - 'a' + 10 //nolint:mnd // Hexadecimal.
}

func (c *Chunks) stepTrailer(b byte) bool {
	switch {
	case c.state == trailersEnd:
		c.state = chunksOver

		return b == '\n'
	case c.state == trailerLineEnd:
		c.Trailers = append(c.Trailers, b)
		c.state = trailerBegin

		return b == '\n'
	case c.state == trailerBegin && b == '\r':
		c.state = trailersEnd

		return true
	case len(c.Trailers) >= maxTrailers:
		return false
	case b == '\r':
		c.Trailers = append(c.Trailers, b)
		c.state = trailerLineEnd

		return true
	default:
		c.Trailers = append(c.Trailers, b)
		c.state = trailerLine

		return classes[b]&inValue != 0
	}
}
