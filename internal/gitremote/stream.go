package gitremote

import (
	"fmt"
	"io"
)

// ListRefsOver is ListRefs over a stream to git-upload-pack, as a server has it run by SSH. The caller bounds the time that it takes, and closes the stream.
func (c *Client) ListRefsOver(stream io.ReadWriter, prefixes []string) ([]Ref, error) {
	found := &list{prefixes: prefixes, most: c.maxRefs}
	// One reader for both answers: it may have read some of the second with the first.
	packets := newPacketReader(c.bounded(stream))

	able, err := readAdvertisement(packets, found)
	if err != nil {
		return nil, err
	}

	if able == nil {
		return found.refs, nil
	}

	if _, err := stream.Write(lsRefsCommand(prefixes, *able)); err != nil {
		return nil, fmt.Errorf("ask the git server for refs: %w", err)
	}

	if err := readRefs(packets, found); err != nil {
		return nil, err
	}

	// Nothing else is asked. A server that has gone by now is none of the caller's trouble.
	_, _ = stream.Write([]byte("0000"))

	return found.refs, nil
}
