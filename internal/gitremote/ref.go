package gitremote

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Ref is one ref of a remote.
type Ref struct {
	// Name is the full one: HEAD, refs/heads/main, refs/tags/v1.
	Name string
	// Hash is that of the object that it points at, in full; empty for a HEAD whose branch has no commit yet.
	Hash string
	// Target is the ref that a symbolic one names; empty for others.
	Target string
	// Peeled is the object that an annotated tag is for; empty for others.
	Peeled string
}

// maxNameBytes is the longest name of a ref that is taken.
const maxNameBytes = 1024

// hash is a full SHA-1 or SHA-256, as git writes it.
var hash = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// validName tells whether a ref's name is one that somebody may ask for. Others are passed over: git lets a name be any bytes.
func validName(name string) bool {
	return name != "" && len(name) <= maxNameBytes && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl)
}

// list collects the refs that were asked for, up to a number of them.
type list struct {
	refs     []Ref
	prefixes []string
	most     int
}

func (l *list) add(ref Ref) error {
	if !validName(ref.Name) || !hasAnyPrefix(ref.Name, l.prefixes) {
		return nil
	}

	if len(l.refs) == l.most {
		return newError(TooLarge, "the repository has more than %d refs", l.most)
	}

	l.refs = append(l.refs, ref)

	return nil
}

// peel notes what the tag that was added last is for.
func (l *list) peel(name, object string) {
	if last := len(l.refs) - 1; last >= 0 && l.refs[last].Name == name {
		l.refs[last].Peeled = object
	}
}

// hasAnyPrefix tells whether a name was asked for; without prefixes all are.
func hasAnyPrefix(name string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}

	return len(prefixes) == 0
}

// readRefs reads the answer to ls-refs of version 2, to its flush packet.
func readRefs(packets *packetReader, into *list) error {
	for {
		kind, line, err := packets.next()
		if err != nil {
			return unexpected(err)
		}

		if kind == packetFlush {
			return nil
		}

		if kind != packetData {
			return newError(NotGit, "ls-refs is answered with a special packet")
		}

		ref, err := parseRef(line)
		if err != nil {
			return err
		}

		if err := into.add(ref); err != nil {
			return err
		}
	}
}

// parseRef reads a line of ls-refs: a hash or "unborn", a name, and attributes.
func parseRef(line []byte) (Ref, error) {
	if said, ok := bytes.CutPrefix(line, []byte("ERR ")); ok {
		return Ref{}, errorOfServer(string(said))
	}

	fields := strings.Split(string(line), " ")

	const least = 2
	if len(fields) < least || fields[0] != "unborn" && !hash.MatchString(fields[0]) {
		return Ref{}, newError(NotGit, "ls-refs is answered with the line %.100q", line)
	}

	ref := Ref{Name: fields[1]}
	if fields[0] != "unborn" {
		ref.Hash = fields[0]
	}

	for _, attribute := range fields[2:] {
		if target, ok := strings.CutPrefix(attribute, "symref-target:"); ok && validName(target) {
			ref.Target = target
		}

		if peeled, ok := strings.CutPrefix(attribute, "peeled:"); ok && hash.MatchString(peeled) {
			ref.Peeled = peeled
		}
	}

	return ref, nil
}
