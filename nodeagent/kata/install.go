package kata

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Archive is a release of Kata Containers for this architecture, as its project publishes them: kata-static-VERSION-ARCHITECTURE.tar.zst.
type Archive struct {
	URL string
	// SHA256 is the archive's checksum in hexadecimal digits.
	SHA256 string
}

const (
	optFolder = "/opt"
	// linkFolder is in containerd's PATH.
	linkFolder = "/usr/local/bin"
	// within is the folder that an archive has everything in.
	within = "opt/kata/"
)

// Install puts Kata Containers from an archive into /opt/kata, and links the shim to where containerd finds it. Where that folder is, it is left as it is:
// VMs may run from it. Nothing of an archive with another checksum is unpacked.
func Install(ctx context.Context, archive Archive, shim string) error {
	if _, err := os.Stat(filepath.Join(optFolder, "kata")); err == nil {
		return nil
	}

	return install(ctx, archive, shim, optFolder, linkFolder)
}

func install(ctx context.Context, archive Archive, shim, opt, links string) error {
	if err := os.MkdirAll(opt, 0o755); err != nil {
		return fmt.Errorf("make the folder for Kata Containers: %w", err)
	}

	// It is made beside the folder that it becomes, so that an attempt that was cut off leaves none of that name.
	making, err := os.MkdirTemp(opt, ".kata-")
	if err != nil {
		return fmt.Errorf("make a folder for Kata Containers: %w", err)
	}
	defer os.RemoveAll(making) //nolint:errcheck // What is left does no harm.

	file, err := download(ctx, archive, making)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // It is only read.

	unpacked := filepath.Join(making, "kata")
	if err := unpack(file, unpacked); err != nil {
		return fmt.Errorf("unpack %s: %w", archive.URL, err)
	}

	if _, err := os.Stat(filepath.Join(unpacked, "bin", shim)); err != nil {
		return fmt.Errorf("%s has no bin/%s, which a release of Kata Containers has", archive.URL, shim)
	}

	folder := filepath.Join(opt, "kata")
	if err := os.Rename(unpacked, folder); err != nil {
		return fmt.Errorf("put Kata Containers in place: %w", err)
	}

	link := filepath.Join(links, shim)
	if err := os.Symlink(filepath.Join(folder, "bin", shim), link); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("link the shim of Kata Containers: %w", err)
	}

	return nil
}

// download fetches the archive into the folder, and returns it once its checksum is right.
func download(ctx context.Context, archive Archive, folder string) (*os.File, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, archive.URL, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("fetch Kata Containers: %w", err)
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("fetch Kata Containers: %w", err)
	}
	defer response.Body.Close() //nolint:errcheck // It was read.

	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch Kata Containers: %s answers %s", archive.URL, response.Status)
	}

	file, err := os.Create(filepath.Join(folder, "archive"))
	if err != nil {
		return nil, fmt.Errorf("keep the archive of Kata Containers: %w", err)
	}

	hash := sha256.New()
	if _, err = io.Copy(io.MultiWriter(file, hash), response.Body); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}

	if sum := hex.EncodeToString(hash.Sum(nil)); err == nil && !strings.EqualFold(sum, archive.SHA256) {
		err = fmt.Errorf("%s has the SHA-256 %s, and not %s", archive.URL, sum, archive.SHA256)
	}

	if err != nil {
		return nil, fmt.Errorf("fetch Kata Containers: %w", errors.Join(err, file.Close()))
	}

	return file, nil
}

// unpack writes what an archive has in opt/kata to the folder. Nothing leads out of the folder, whatever names the archive has.
func unpack(archive io.Reader, folder string) error {
	decompressed, err := zstd.NewReader(archive)
	if err != nil {
		return err
	}
	defer decompressed.Close()

	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}

	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // Nothing is written by that.

	for reader := tar.NewReader(decompressed); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}

		if err != nil {
			return err
		}

		name, ok := strings.CutPrefix(strings.TrimPrefix(header.Name, "./"), within)
		if !ok || name == "" {
			continue
		}

		if err := unpackOne(root, filepath.Clean(name), header, reader); err != nil {
			return err
		}
	}
}

func unpackOne(root *os.Root, name string, header *tar.Header, content io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}

	switch header.Typeflag {
	case tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case tar.TypeSymlink:
		return root.Symlink(header.Linkname, name)
	case tar.TypeReg:
		file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, header.FileInfo().Mode().Perm())
		if err != nil {
			return err
		}

		_, err = io.Copy(file, content)

		return errors.Join(err, file.Sync(), file.Close())
	default:
		return fmt.Errorf("%s is neither a file, a folder nor a link", header.Name)
	}
}
