package edgeproxy

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"math"
	"slices"
)

const (
	// logMagic begins the file, and names its format.
	logMagic = "zeitwork routes 1\n"
	// recordHeader is the length of a record's text, the CRC-32C of that length, and that of the text, four bytes each, little-endian. A length that is not
	// what was written would look like a record that was torn off.
	recordHeader = 12
	// maxRecord is the longest text of a record: some five million routes.
	maxRecord = math.MaxInt32
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli) //nolint:gochecknoglobals // It is a constant.

// errLogBroken tells that the file says something that was never written. Nothing of it is used: an older table that it may still hold would be a wrong one.
var errLogBroken = errors.New("the saved route table is broken")

// parseLog returns the changes in a file, where the first of them ends, and where the last one does that is there as a whole.
func parseLog(content []byte) (changes []tableChange, base, size int64, err error) {
	if len(content) < len(logMagic) || string(content[:len(logMagic)]) != logMagic {
		return nil, 0, 0, errLogBroken
	}

	rest := content[len(logMagic):]

	for len(rest) > 0 {
		text, after, err := nextRecord(rest)
		if err != nil {
			return nil, 0, 0, err
		}

		if text == nil {
			break
		}

		var change tableChange

		if err := json.Unmarshal(text, &change); err != nil {
			return nil, 0, 0, fmt.Errorf("%w: %w", errLogBroken, err)
		}

		if len(changes) > 0 && (change.Since == nil || *change.Since != changes[len(changes)-1].Version) {
			return nil, 0, 0, errLogBroken
		}

		changes, rest = append(changes, change), after

		if len(changes) == 1 {
			base = int64(len(content) - len(rest))
		}
	}

	if len(changes) == 0 || changes[0].Since != nil {
		return nil, 0, 0, errLogBroken
	}

	return changes, base, int64(len(content) - len(rest)), nil
}

// nextRecord returns the text of the first record and what is behind it, or no text where the record was torn off.
func nextRecord(content []byte) (text, rest []byte, err error) {
	if len(content) < recordHeader {
		return nil, nil, nil
	}

	if binary.LittleEndian.Uint32(content[4:]) != crc32.Checksum(content[:4], castagnoli) {
		return nil, nil, errLogBroken
	}

	length := int64(binary.LittleEndian.Uint32(content))
	if int64(len(content)-recordHeader) < length {
		return nil, nil, nil
	}

	text, rest = content[recordHeader:recordHeader+length], content[recordHeader+length:]
	if binary.LittleEndian.Uint32(content[8:]) != crc32.Checksum(text, castagnoli) {
		return nil, nil, errLogBroken
	}

	return text, rest, nil
}

func record(text []byte) ([]byte, error) {
	if len(text) > maxRecord {
		return nil, errors.New("the route table is too long to be saved")
	}

	made := binary.LittleEndian.AppendUint32(make([]byte, 0, recordHeader+len(text)), uint32(len(text))) //nolint:gosec // It is no more than maxRecord.
	made = binary.LittleEndian.AppendUint32(made, crc32.Checksum(made, castagnoli))
	made = binary.LittleEndian.AppendUint32(made, crc32.Checksum(text, castagnoli))

	return append(made, text...), nil
}

// merge returns the whole table that changes lead to, of which the first is one.
func merge(changes []tableChange) tableChange {
	routes := map[string]json.RawMessage{}

	for _, change := range changes {
		for _, hostname := range change.Removed {
			delete(routes, hostname)
		}

		for _, raw := range change.Routes {
			routes[hostnameIn(raw)] = raw
		}
	}

	last := changes[len(changes)-1]
	whole := tableChange{Version: last.Version, Checksum: last.Checksum, Routes: []json.RawMessage{}}

	for _, hostname := range slices.Sorted(maps.Keys(routes)) {
		whole.Routes = append(whole.Routes, routes[hostname])
	}

	return whole
}

// encodeChange leaves the routes as they were sent: their checksums are of their text.
func encodeChange(change tableChange) ([]byte, error) {
	var text bytes.Buffer

	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)

	if err := encoder.Encode(change); err != nil {
		return nil, fmt.Errorf("encoding the route table: %w", err)
	}

	return text.Bytes(), nil
}

func hostnameIn(raw json.RawMessage) string {
	var entry struct {
		Hostname string `json:"hostname"`
	}

	_ = json.Unmarshal(raw, &entry) // What cannot be read is kept as it is, as one entry.

	return entry.Hostname
}
