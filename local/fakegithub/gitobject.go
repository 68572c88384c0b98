package fakegithub

import (
	"bytes"
	"cmp"
	"crypto/sha1" //nolint:gosec // It is what git names objects by.
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// gitObject is an object as git stores it.
type gitObject struct {
	kind string
	data []byte
}

const (
	blobObject   = "blob"
	treeObject   = "tree"
	commitObject = "commit"

	fileMode = "100644"
	treeMode = "40000"
	// ExecutableMode is that of a program.
	ExecutableMode = "100755"
	// SymlinkMode is that of a symbolic link, whose content is where it leads.
	SymlinkMode = "120000"
)

// objectStore holds the objects of all repositories by their hashes. Forks share them, as they do on GitHub.
type objectStore map[string]gitObject

func (o gitObject) encoded() []byte {
	return append(fmt.Appendf(nil, "%s %d\x00", o.kind, len(o.data)), o.data...)
}

func (s objectStore) add(kind string, data []byte) string {
	o := gitObject{kind: kind, data: data}
	sum := sha1.Sum(o.encoded()) //nolint:gosec // See the import.
	hash := hex.EncodeToString(sum[:])
	s[hash] = o

	return hash
}

// File is a file of a commit.
type File struct {
	Content []byte
	// Mode is ExecutableMode or SymlinkMode; empty for an ordinary file.
	Mode string
}

// entry is a file or tree as the tree above it names it.
type entry struct {
	name, mode, hash string
}

// sortKey orders entries as git does: a tree as if its name ended in a slash.
func (e entry) sortKey() string {
	if e.mode == treeMode {
		return e.name + "/"
	}

	return e.name
}

// addTree stores files, by path, and the trees above them, and returns the hash of the root.
func (s objectStore) addTree(files map[string]File) string {
	entries, folders := []entry{}, map[string]map[string]File{}

	for path, file := range files {
		folder, rest, isBelow := strings.Cut(path, "/")
		if !isBelow {
			entries = append(entries, entry{name: path, mode: cmp.Or(file.Mode, fileMode), hash: s.add(blobObject, file.Content)})

			continue
		}

		if folders[folder] == nil {
			folders[folder] = map[string]File{}
		}

		folders[folder][rest] = file
	}

	for folder, below := range folders {
		entries = append(entries, entry{name: folder, mode: treeMode, hash: s.addTree(below)})
	}

	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.sortKey(), b.sortKey()) })

	var data []byte

	for _, e := range entries {
		hash, _ := hex.DecodeString(e.hash)
		data = append(fmt.Appendf(data, "%s %s\x00", e.mode, e.name), hash...)
	}

	return s.add(treeObject, data)
}

// entries reads a tree.
func (s objectStore) entries(tree string) []entry {
	var all []entry

	for data := s[tree].data; len(data) > 0; {
		head, rest, _ := bytes.Cut(data, []byte{0})
		mode, name, _ := strings.Cut(string(head), " ")
		all = append(all, entry{name: name, mode: mode, hash: hex.EncodeToString(rest[:sha1.Size])})
		data = rest[sha1.Size:]
	}

	return all
}

// files reads a tree with all that is below it.
func (s objectStore) files(tree string) map[string]entry {
	all := map[string]entry{}

	for _, e := range s.entries(tree) {
		if e.mode != treeMode {
			all[e.name] = e

			continue
		}

		for path, below := range s.files(e.hash) {
			all[e.name+"/"+path] = below
		}
	}

	return all
}
