package main

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/stretchr/testify/require"
)

// testImage makes the image of a recipe with files that stand in for Debian's.
func testImage(t *testing.T, recipe recipe) v1.Image {
	t.Helper()

	r, _ := testRelease(t)
	program := filepath.Join(t.TempDir(), "zeitwork")
	require.NoError(t, os.WriteFile(program, []byte("a program"), 0o700))

	debian := debianFiles{files: tree{}, owner: map[string]string{}, packages: map[string]debianPackage{}}

	for _, name := range append([]string{certificatesLicense, "usr/lib/x86_64-linux-gnu/xtables/libxt_standard.so"}, debian.named(recipe.files, "amd64")...) {
		debian.files.file(name, []byte(name))
		debian.owner[name] = "stand-in"
	}

	daemons := t.TempDir()
	for _, name := range recipe.daemons {
		require.NoError(t, os.Symlink(program, filepath.Join(daemons, name)))
	}

	image, packages, err := r.image(recipe, "amd64", program, daemons, debian)
	require.NoError(t, err)
	require.NotEmpty(t, packages, "what Debian has made is told")

	return image
}

func TestImages_RunTheirServiceWithoutRootWhereTheyCan(t *testing.T) {
	t.Parallel()

	for _, recipe := range recipes() {
		image := testImage(t, recipe)

		config, err := image.ConfigFile()
		require.NoError(t, err)
		require.Equal(t, []string{packagedProgram}, config.Config.Entrypoint)
		require.Equal(t, []string{recipe.command}, config.Config.Cmd)
		require.Equal(t, "SIGTERM", config.Config.StopSignal)
		require.Equal(t, serviceLabel, config.Config.Labels["service"])
		require.Equal(t, "v1.2.3-rc.1", config.Config.Labels["org.opencontainers.image.version"])

		if recipe.name == "zeitwork-builder" {
			require.Empty(t, config.Config.User)
		} else {
			require.Equal(t, "65532:65532", config.Config.User)
		}

		files := filesOf(t, image)
		require.Contains(t, files, "usr/bin/zeitwork")
		require.Contains(t, files, "etc/ssl/certs/ca-certificates.crt")
		require.NotContains(t, files, "usr/bin/sh", "no image has a shell")
		require.Equal(t, int64(0o1777), files["tmp"].Mode)

		again, err := testImage(t, recipe).Digest()
		require.NoError(t, err)
		first, err := image.Digest()
		require.NoError(t, err)
		require.Equal(t, first, again, "the same files make the same image")
	}
}

func filesOf(t *testing.T, image v1.Image) map[string]*tar.Header {
	t.Helper()

	content := mutate.Extract(image)
	defer func() { _ = content.Close() }()

	files := map[string]*tar.Header{}

	for archive := tar.NewReader(content); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}

		require.NoError(t, err)

		files[header.Name] = header
	}
}
