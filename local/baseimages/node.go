package baseimages

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

const (
	prefix    = "/usr/local"
	npmPrefix = prefix + "/lib/node_modules/npm"
	// nodeUser is the id of the user node, whom the public node images have and Dockerfiles name as USER node.
	nodeUser = 1000
)

// nodeLayer returns the layer with node, npm and the user node.
func (r recipe) nodeLayer(ctx context.Context, rootfs, work string) (v1.Layer, error) {
	tree := newTree()

	err := errors.Join(
		tree.unpack(ctx, work, *r.Node, prefix),
		tree.unpack(ctx, work, *r.NPM, npmPrefix),
		tree.link(prefix+"/bin/npm", "../lib/node_modules/npm/bin/npm-cli.js"),
		tree.link(prefix+"/bin/npx", "../lib/node_modules/npm/bin/npx-cli.js"),
		tree.link(prefix+"/bin/nodejs", "node"),
		tree.directory("/home/node", nodeUser),
		tree.appendLine(ctx, rootfs, "/etc/passwd", "node:x:1000:1000::/home/node:/bin/bash\n"),
		tree.appendLine(ctx, rootfs, "/etc/group", "node:x:1000:\n"),
	)
	if err != nil {
		return nil, err
	}

	return tree.layer()
}

// appendLine adds a copy of a file of the Debian system with one more line.
func (t *tree) appendLine(ctx context.Context, rootfs, file, line string) error {
	content, err := exec.CommandContext(ctx, "tar", "--extract", "--to-stdout", "--file", rootfs, "."+file).Output()
	if err != nil {
		return fmt.Errorf("read %s of the Debian system: %w", file, err)
	}

	return t.file(file, 0o644, append(content, line...))
}

// unpack adds the files of an npm package below dir.
func (t *tree) unpack(ctx context.Context, work string, a archive, dir string) error {
	file, err := a.download(ctx, work)
	if err != nil {
		return fmt.Errorf("%s %s: %w", a.Package, a.Version, err)
	}
	defer file.Close() //nolint:errcheck // It was read only.

	uncompressed, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("%s %s: %w", a.Package, a.Version, err)
	}

	for reader := tar.NewReader(uncompressed); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}

		if err != nil {
			return fmt.Errorf("%s %s: %w", a.Package, a.Version, err)
		}

		// Everything in an npm package stands below one directory.
		_, name, _ := strings.Cut(header.Name, "/")
		if header.Typeflag != tar.TypeReg || name == "" || !filepath.IsLocal(name) {
			continue
		}

		// What npm calls node-gyp by is not in a directory of that name.
		mode := int64(0o644)
		if directory := path.Base(path.Dir(name)); directory == "bin" || directory == "node-gyp-bin" {
			mode = 0o755
		}

		if err := t.add(tar.Header{Typeflag: tar.TypeReg, Name: path.Join(dir, name), Mode: mode, Size: header.Size}, reader); err != nil {
			return err
		}
	}
}

// download fetches the package with npm, which knows the registry to use, and checks that it is the pinned one.
func (a archive) download(ctx context.Context, work string) (*os.File, error) {
	command := exec.CommandContext(ctx, "npm", "pack", "--json", "--ignore-scripts", a.Package+"@"+a.Version)
	command.Dir = work

	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("npm pack: %w", err)
	}

	var packed []struct {
		Filename string `json:"filename"`
	}

	if err := json.Unmarshal(output, &packed); err != nil {
		return nil, fmt.Errorf("read the answer of npm pack: %w", err)
	}

	if len(packed) != 1 {
		return nil, fmt.Errorf("npm pack made %d archives instead of one", len(packed))
	}

	file, err := os.Open(filepath.Join(work, filepath.Base(packed[0].Filename)))
	if err != nil {
		return nil, fmt.Errorf("open what npm fetched: %w", err)
	}

	if err := a.verify(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}

	return file, nil
}

// verify checks the archive against its pin and leaves the file at its beginning.
func (a archive) verify(file io.ReadSeeker) error {
	sum := sha512.New()
	if _, err := io.Copy(sum, file); err != nil {
		return fmt.Errorf("read what npm fetched: %w", err)
	}

	if found := "sha512-" + base64.StdEncoding.EncodeToString(sum.Sum(nil)); found != a.Integrity {
		return fmt.Errorf("the registry served an archive with integrity %s, not the pinned %s", found, a.Integrity)
	}

	_, err := file.Seek(0, io.SeekStart)

	return err
}
