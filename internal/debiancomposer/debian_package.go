package debiancomposer

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"regexp"
	"strings"
)

// library is where Debian keeps PHP's packages.
const library = "usr/share/php/"

// always matches what a package's autoload.php loads whether or not a class is asked for.
var always = regexp.MustCompile(`(?m)^require_once __DIR__ ?\. ?'/([^']+)';`)

// addDebianPackage adds the content of a .deb to the composer package that it belongs to.
func addDebianPackage(ctx context.Context, packages map[string]*composerPackage, archive string) error {
	//nolint:gosec // A file that apt has downloaded.
	fields, err := exec.CommandContext(ctx, "dpkg-deb", "--showformat=${Package}\n${Version}\n${Depends}\n", "--show", archive).Output()
	if err != nil {
		return fmt.Errorf("read its fields: %w", err)
	}

	const count = 3

	lines := strings.SplitN(string(fields), "\n", count)
	if len(lines) != count {
		return errors.New("it does not tell its name, version and dependencies")
	}

	name, _ := composerName(lines[0])
	if packages[name] == nil {
		packages[name] = newComposerPackage(name, upstreamVersion(lines[1]))
	}

	packages[name].require(lines[2])

	return packages[name].addFiles(ctx, archive)
}

// upstreamVersion drops the epoch, what Debian took out, and Debian's revision.
func upstreamVersion(version string) string {
	if _, after, ok := strings.Cut(version, ":"); ok {
		version = after
	}

	return version[:min(len(version), strings.IndexFunc(version+"-", func(r rune) bool { return r != '.' && (r < '0' || r > '9') }))]
}

func (p *composerPackage) addFiles(ctx context.Context, archive string) error {
	command := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", archive) //nolint:gosec // A file that apt has downloaded.

	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}

	if err := command.Start(); err != nil {
		return err
	}

	return errors.Join(p.readFiles(output), command.Wait())
}

func (p *composerPackage) readFiles(archive io.Reader) error {
	for reader := tar.NewReader(archive); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			// What is left of the last block, lest the writer get a signal.
			_, err := io.Copy(io.Discard, archive)

			return err
		}

		if err != nil {
			return err
		}

		name, ours := strings.CutPrefix(path.Clean(header.Name), library)
		if !ours || header.Typeflag != tar.TypeReg {
			continue
		}

		content, err := io.ReadAll(reader)
		if err != nil {
			return err
		}

		p.add(name, content)
	}
}

// add keeps a file. Debian's loaders are replaced by composer's.
func (p *composerPackage) add(name string, content []byte) {
	if path.Base(name) != "autoload.php" {
		p.files[path.Join(sourceDirectory, name)] = content

		return
	}

	for _, match := range always.FindAllSubmatch(content, -1) {
		if file := string(match[1]); path.Base(file) != "autoload.php" {
			p.Autoload.Files = append(p.Autoload.Files, path.Join(sourceDirectory, path.Dir(name), file))
		}
	}
}
