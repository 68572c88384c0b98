package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// tree are the files of an archive or of an image's layer, by their paths.
type tree map[string]entry

// entry is a file, a folder or a link.
type entry struct {
	mode os.FileMode
	// content is that of a file. from is, where it is not empty, the file of this machine that has it.
	content []byte
	from    string
	// link is where a symbolic link leads.
	link  string
	owner int
}

const (
	folderMode  = 0o755
	programMode = 0o755
	fileMode    = 0o644
)

func (t tree) file(name string, content []byte)  { t[name] = entry{mode: fileMode, content: content} }
func (t tree) program(name, from string)         { t[name] = entry{mode: programMode, from: from} }
func (t tree) folder(name string, m os.FileMode) { t[name] = entry{mode: m | os.ModeDir} }

// programsOf adds the programs of a folder below the name.
func (t tree) programsOf(name, folder string) error {
	programs, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("list the programs: %w", err)
	}

	for _, program := range programs {
		t.program(path.Join(name, program.Name()), filepath.Join(folder, program.Name()))
	}

	return nil
}

// write writes the tree as a tar: sorted, of root, with one time, so that the same files make the same bytes.
func (t tree) write(w io.Writer, when time.Time) error {
	archive := tar.NewWriter(w)

	for _, name := range t.names() {
		if err := t[name].write(archive, name, when); err != nil {
			return fmt.Errorf("add %s: %w", name, err)
		}
	}

	if err := archive.Close(); err != nil {
		return fmt.Errorf("end the archive: %w", err)
	}

	return nil
}

// names are the paths with the folders above them, sorted.
func (t tree) names() []string {
	var names []string

	for name := range t {
		names = append(names, name)
	}

	for _, name := range names {
		for parent := path.Dir(name); parent != "."; parent = path.Dir(parent) {
			if _, ok := t[parent]; !ok {
				t.folder(parent, folderMode)
				names = append(names, parent)
			}
		}
	}

	slices.Sort(names)

	return names
}

func (e entry) write(archive *tar.Writer, name string, when time.Time) error {
	header := &tar.Header{
		Name: name, Mode: int64(e.mode.Perm()), ModTime: when, Format: tar.FormatPAX, Typeflag: tar.TypeReg, Uid: e.owner, Gid: e.owner,
		Size: int64(len(e.content)),
	}
	if e.mode&os.ModeSticky != 0 {
		header.Mode |= 0o1000
	}

	switch {
	case e.mode.IsDir():
		header.Typeflag, header.Name = tar.TypeDir, name+"/"
	case e.link != "":
		header.Typeflag, header.Linkname, header.Mode = tar.TypeSymlink, e.link, 0o777
	case e.from != "":
		return e.copy(archive, header)
	}

	if err := archive.WriteHeader(header); err != nil {
		return err
	}

	_, err := archive.Write(e.content)

	return err
}

func (e entry) copy(archive *tar.Writer, header *tar.Header) error {
	file, err := os.Open(e.from)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()

	info, err := file.Stat()
	if err != nil {
		return err
	}

	header.Size = info.Size()

	if err := archive.WriteHeader(header); err != nil {
		return err
	}

	_, err = io.Copy(archive, file)

	return err
}

// writeArchive writes the tree below a folder of the archive's own name.
func (t tree) writeArchive(target string, when time.Time) error {
	inside := tree{}
	for name, e := range t {
		inside[path.Join(strings.TrimSuffix(filepath.Base(target), ".tar.gz"), name)] = e
	}

	file, err := os.Create(target)
	if err != nil {
		return fmt.Errorf("make the archive: %w", err)
	}

	packed, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("make the archive: %w", err)
	}

	return errors.Join(inside.write(packed, when), packed.Close(), file.Close())
}
