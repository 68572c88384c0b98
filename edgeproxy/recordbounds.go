package edgeproxy

import "encoding/binary"

// tlsRecordHeader is how long the header of a record of TLS is (RFC 8446, section 5.1). Its last two bytes are the length of what follows.
const tlsRecordHeader = 5

// recordBounds follows a stream of records of TLS. crypto/tls does not tell whether it has a part of one.
type recordBounds struct {
	header [tlsRecordHeader]byte
	have   int // Bytes of the header that have come.
	left   int // Bytes of the record that have not come.
}

// follow takes what comes next of the stream.
func (b *recordBounds) follow(content []byte) {
	for len(content) > 0 {
		if b.left > 0 {
			n := min(b.left, len(content))
			b.left -= n
			content = content[n:]

			continue
		}

		n := copy(b.header[b.have:], content)
		content = content[n:]

		if b.have += n; b.have == tlsRecordHeader {
			b.have, b.left = 0, int(binary.BigEndian.Uint16(b.header[tlsRecordHeader-2:]))
		}
	}
}

// within tells whether a part of a record has come.
func (b *recordBounds) within() bool { return b.have > 0 || b.left > 0 }
