package gitremote

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// service is what the first line of an advertisement says.
const service = "# service=git-upload-pack"

// maxCapabilities bounds the lines with which a server says what it can do.
const maxCapabilities = 100

// capabilities are what a server of version 2 can do, as far as it matters here.
type capabilities struct {
	// format is the hash that the repository uses ("sha1", "sha256"); empty where the server does not say.
	format string
	// unborn tells that it tells of a HEAD whose branch has no commit.
	unborn bool
	lsRefs bool
}

// readAdvertisement reads the answer to the first request. For a server of version 2 it returns what it can do. One of an earlier version has sent its
// refs, which are added to the list, and the capabilities are nil.
func readAdvertisement(packets *packetReader, into *list) (*capabilities, error) {
	kind, line, err := packets.next()
	if err != nil {
		return nil, unexpected(err)
	}

	// Servers may leave the line out in version 2.
	if kind == packetData && string(line) == service {
		if kind, _, err = packets.next(); err != nil {
			return nil, unexpected(err)
		}

		if kind != packetFlush {
			return nil, newError(NotGit, "the advertisement's first line is not followed by a flush packet")
		}

		if kind, line, err = packets.next(); err != nil {
			return nil, unexpected(err)
		}
	}

	if kind == packetData && string(line) == "version 2" {
		return readCapabilities(packets)
	}

	if kind == packetData && string(line) == "version 1" {
		if kind, line, err = packets.next(); err != nil {
			return nil, unexpected(err)
		}
	}

	return nil, readAdvertised(packets, kind, line, into)
}

func readCapabilities(packets *packetReader) (*capabilities, error) {
	found := &capabilities{}

	for range maxCapabilities {
		kind, line, err := packets.next()
		if err != nil {
			return nil, unexpected(err)
		}

		if kind == packetFlush {
			if !found.lsRefs {
				return nil, newError(NotGit, "the git server cannot list refs")
			}

			return found, nil
		}

		name, value, _ := strings.Cut(string(line), "=")

		switch name {
		case "ls-refs":
			found.lsRefs, found.unborn = true, strings.Contains(" "+value+" ", " unborn ")
		case "object-format":
			found.format = value
		}
	}

	return nil, newError(TooLarge, "the git server says in more than %d lines what it can do", maxCapabilities)
}

// readAdvertised reads the refs of versions 0 and 1, from the given packet to the flush packet.
func readAdvertised(packets *packetReader, kind packetKind, line []byte, into *list) error {
	symbolic := map[string]string{}

	for first := true; kind != packetFlush; first = false {
		if kind != packetData {
			return newError(NotGit, "the advertisement has a special packet")
		}

		if said, ok := bytes.CutPrefix(line, []byte("ERR ")); ok {
			return errorOfServer(string(said))
		}

		text, abilities, _ := strings.Cut(string(line), "\x00")
		if first {
			symbolic = symbolicRefs(abilities)
		}

		if err := readAdvertisedLine(text, symbolic, into); err != nil {
			return err
		}

		var err error
		if kind, line, err = packets.next(); err != nil {
			return unexpected(err)
		}
	}

	return nil
}

// readAdvertisedLine reads a hash and a name. An annotated tag's object is a line of its own, behind that of the tag.
func readAdvertisedLine(text string, symbolic map[string]string, into *list) error {
	object, name, ok := strings.Cut(text, " ")

	switch {
	case object == "shallow":
		return nil // The repository lacks what is before that commit.
	case !ok || !hash.MatchString(object):
		return newError(NotGit, "the advertisement has the line %.100q", text)
	case name == "capabilities^{}":
		return nil // An empty repository, which has no ref to put its capabilities behind.
	}

	if tag, peeled := strings.CutSuffix(name, "^{}"); peeled {
		into.peel(tag, object)

		return nil
	}

	return into.add(Ref{Name: name, Hash: object, Target: symbolic[name]})
}

// symbolicRefs reads which refs are symbolic from the capabilities of versions 0 and 1.
func symbolicRefs(abilities string) map[string]string {
	symbolic := map[string]string{}

	for ability := range strings.FieldsSeq(abilities) {
		if pair, ok := strings.CutPrefix(ability, "symref="); ok {
			if name, target, ok := strings.Cut(pair, ":"); ok && validName(target) {
				symbolic[name] = target
			}
		}
	}

	return symbolic
}

// unexpected is the error for an answer that ended early or is not made of packets.
func unexpected(err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return newError(Unavailable, "the git server's answer ends early")
	case errors.Is(err, errMalformed):
		return newError(NotGit, "%v", err)
	default:
		return fmt.Errorf("read the git server's answer: %w", err)
	}
}
