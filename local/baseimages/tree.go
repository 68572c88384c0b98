package baseimages

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// tree collects the files of one layer in memory.
type tree struct {
	buffer bytes.Buffer
	tar    *tar.Writer
	made   map[string]bool
}

func newTree() *tree {
	t := &tree{made: map[string]bool{".": true, "/": true}}
	t.tar = tar.NewWriter(&t.buffer)

	return t
}

func (t *tree) file(name string, mode int64, content []byte) error {
	return t.add(tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(content))}, bytes.NewReader(content))
}

func (t *tree) link(name, target string) error {
	return t.add(tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}, nil)
}

func (t *tree) directory(name string, owner int) error {
	return t.add(tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o755, Uid: owner, Gid: owner}, nil)
}

// add writes one entry without a time, so that the layer's digest depends on the content alone. Directories above the entry that were
// not added yet are added first, with the owner and mode that the system layer below gives them.
func (t *tree) add(header tar.Header, content io.Reader) error {
	header.Name = strings.TrimPrefix(path.Clean(header.Name), "/")
	header.Format = tar.FormatPAX

	if parent := path.Dir(header.Name); !t.made[parent] {
		if err := t.directory(parent, 0); err != nil {
			return err
		}
	}

	t.made[header.Name] = true

	if err := t.tar.WriteHeader(&header); err != nil {
		return fmt.Errorf("add %s to a layer: %w", header.Name, err)
	}

	if content == nil {
		return nil
	}

	if _, err := io.Copy(t.tar, content); err != nil {
		return fmt.Errorf("add %s to a layer: %w", header.Name, err)
	}

	return nil
}

func (t *tree) layer() (v1.Layer, error) {
	if err := t.tar.Close(); err != nil {
		return nil, fmt.Errorf("end a layer: %w", err)
	}

	content := t.buffer.Bytes()

	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil })
	if err != nil {
		return nil, fmt.Errorf("make a layer: %w", err)
	}

	return layer, nil
}
