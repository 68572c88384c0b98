package kata

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

const testShim = "containerd-shim-kata-v2"

// release serves an archive with these files and links, and returns where, and its checksum.
func release(t *testing.T, headers ...tar.Header) Archive {
	t.Helper()

	var archive bytes.Buffer

	compressed, err := zstd.NewWriter(&archive)
	require.NoError(t, err)

	w := tar.NewWriter(compressed)

	for _, header := range headers {
		content := "content of " + header.Name
		if header.Typeflag == tar.TypeReg {
			header.Size = int64(len(content))
		}

		require.NoError(t, w.WriteHeader(&header))

		if header.Typeflag == tar.TypeReg {
			_, err := w.Write([]byte(content))
			require.NoError(t, err)
		}
	}

	require.NoError(t, w.Close())
	require.NoError(t, compressed.Close())

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(archive.Bytes()) }))
	t.Cleanup(server.Close)

	sum := sha256.Sum256(archive.Bytes())

	return Archive{URL: server.URL + "/kata-static.tar.zst", SHA256: hex.EncodeToString(sum[:])}
}

func file(name string, mode int64) tar.Header {
	return tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode}
}

func TestInstall_Release_IsUnpackedAndItsShimLinked(t *testing.T) {
	t.Parallel()

	opt, links := filepath.Join(t.TempDir(), "opt"), t.TempDir()
	archive := release(t,
		tar.Header{Typeflag: tar.TypeDir, Name: "./opt/", Mode: 0o755}, tar.Header{Typeflag: tar.TypeDir, Name: "./opt/kata/bin/", Mode: 0o755},
		file("./opt/kata/bin/"+testShim, 0o755), file("./opt/kata/share/kata-containers/vmlinux-6.12", 0o644),
		tar.Header{Typeflag: tar.TypeSymlink, Name: "./opt/kata/share/kata-containers/vmlinux.container", Linkname: "vmlinux-6.12"},
		file("./usr/lib/systemd/system/other.service", 0o644),
	)
	require.NoError(t, install(t.Context(), archive, testShim, opt, links))

	for _, path := range []string{filepath.Join(links, testShim), filepath.Join(opt, "kata/bin", testShim)} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o755), info.Mode().Perm())
	}

	kernel, err := os.ReadFile(filepath.Join(opt, "kata/share/kata-containers/vmlinux.container"))
	require.NoError(t, err)
	require.Equal(t, "content of ./opt/kata/share/kata-containers/vmlinux-6.12", string(kernel))

	left, err := os.ReadDir(opt)
	require.NoError(t, err)
	require.Len(t, left, 1, "the archive is gone, and nothing lies beside")
}

func TestInstall_ArchiveThatIsNotWhatWasMeant_LeavesNothing(t *testing.T) {
	t.Parallel()

	good := file("./opt/kata/bin/"+testShim, 0o755)
	changed := release(t, good)
	changed.SHA256 = "00" + changed.SHA256[2:]

	outside := t.TempDir()

	for says, archive := range map[string]Archive{
		"has the SHA-256":                 changed,
		"has no bin/" + testShim:          release(t, file("./opt/kata/bin/other", 0o755)),
		"escapes":                         release(t, good, file("./opt/kata/../../etc/passwd", 0o644)),
		"path escapes from parent":        release(t, good, tar.Header{Typeflag: tar.TypeSymlink, Name: "./opt/kata/out", Linkname: outside}, file("./opt/kata/out/file", 0o644)),
		"neither a file, a folder nor a ": release(t, good, tar.Header{Typeflag: tar.TypeFifo, Name: "./opt/kata/fifo"}),
	} {
		opt, links := t.TempDir(), t.TempDir()
		require.ErrorContains(t, install(t.Context(), archive, testShim, opt, links), says)

		for _, folder := range []string{opt, links, outside} {
			left, err := os.ReadDir(folder)
			require.NoError(t, err)
			require.Empty(t, left, says)
		}
	}
}
