package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/zeitwork/zeitwork/internal/hostpackages"
	"github.com/zeitwork/zeitwork/local/baseimages"
)

// suite is the release of Debian that images have files of.
const suite = "trixie"

// debianPackage is a package of Debian of which an image has files.
type debianPackage struct {
	name, version, architecture string
	// control is its description, as dpkg has it.
	control []byte
}

func (p debianPackage) component() cdx.Component {
	return library("pkg:deb/debian/"+p.name+"@"+p.version+"?arch="+p.architecture+"&distro="+suite, p.name, p.version)
}

// debianFiles are the files of Debian packages and of all that those depend on.
type debianFiles struct {
	files tree
	// owner is the package of a file.
	owner    map[string]string
	packages map[string]debianPackage
}

// fetchDebian fetches the packages for an architecture, which need not be this machine's: nothing of them is run.
func fetchDebian(ctx context.Context, architecture string, names ...string) (debianFiles, error) {
	if err := hostpackages.Ensure(ctx, func(detail string) { sayf("packages: %s", detail) }, "mmdebstrap", "debian-archive-keyring"); err != nil {
		return debianFiles{}, err
	}

	folder, err := os.MkdirTemp("", "zeitwork-debian-")
	if err != nil {
		return debianFiles{}, fmt.Errorf("make a folder for Debian's packages: %w", err)
	}

	defer func() { _ = os.RemoveAll(folder) }()

	root := filepath.Join(folder, "root")
	arguments := append([]string{
		"--variant=extract", "--format=directory", "--quiet", "--architectures=" + architecture, "--include=" + strings.Join(names, ","),
		`--aptopt=Apt::Install-Recommends "false"`,
		// apt has compared the packages with Debian's signature. They are what is wanted, rather than the system that they make.
		"--skip=cleanup/apt/cache,output/dev", suite, root,
	}, baseimages.DebianSources(ctx, suite)...)

	if output, err := exec.CommandContext(ctx, "mmdebstrap", arguments...).CombinedOutput(); err != nil {
		return debianFiles{}, fmt.Errorf("fetch Debian's packages: %w: %s", err, output)
	}

	archives, err := filepath.Glob(filepath.Join(root, "var", "cache", "apt", "archives", "*.deb"))
	if err != nil {
		return debianFiles{}, fmt.Errorf("list Debian's packages: %w", err)
	}

	fetched := debianFiles{files: tree{}, owner: map[string]string{}, packages: map[string]debianPackage{}}

	for _, archive := range archives {
		if err := fetched.add(ctx, archive); err != nil {
			return debianFiles{}, fmt.Errorf("read %s: %w", filepath.Base(archive), err)
		}
	}

	return fetched, nil
}

// add reads a package.
func (d debianFiles) add(ctx context.Context, archive string) error {
	control, err := exec.CommandContext(ctx, "dpkg-deb", "--field", archive).Output()
	if err != nil {
		return err
	}

	found := debianPackage{control: control}

	for line := range strings.Lines(string(control)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")

		switch name {
		case "Package":
			found.name = value
		case "Version":
			found.version = value
		case "Architecture":
			found.architecture = value
		}
	}

	d.packages[found.name] = found

	content, err := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", archive).Output()
	if err != nil {
		return err
	}

	return d.addFiles(found.name, tar.NewReader(bytes.NewReader(content)))
}

func (d debianFiles) addFiles(owner string, archive *tar.Reader) error {
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}

		if err != nil {
			return err
		}

		name := path.Clean(header.Name)

		switch header.Typeflag {
		case tar.TypeReg:
			content, err := io.ReadAll(archive)
			if err != nil {
				return err
			}

			d.files[name] = entry{mode: os.FileMode(header.Mode).Perm(), content: content} //nolint:gosec // Its lowest nine bits are what counts.
		case tar.TypeSymlink:
			d.files[name] = entry{link: header.Linkname}
		case tar.TypeLink:
			target, err := filepath.Rel(path.Dir(name), path.Clean(header.Linkname))
			if err != nil {
				return err
			}

			// One file under two names is a file and a link to it, so that its content is there once.
			d.files[name] = entry{link: target}
		default:
			continue
		}

		d.owner[name] = owner
	}
}
