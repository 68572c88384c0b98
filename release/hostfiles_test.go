package main

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hostFiles are this machine's files in the place of those of Debian's packages: an image that is made of them runs, and is not fetched.
func hostFiles(t *testing.T) debianFiles {
	t.Helper()

	found := debianFiles{files: tree{}, owner: map[string]string{}, packages: map[string]debianPackage{}}

	for _, pattern := range []string{
		"usr/bin/git", "usr/lib/git-core/git", "usr/lib/git-core/git-remote-http*", certificatesLicense, "usr/share/ca-certificates/mozilla/*",
		"usr/lib/*-linux-gnu/*.so*", "usr/lib64/*.so*", "usr/lib/*.so*",
	} {
		names, err := filepath.Glob("/" + pattern)
		require.NoError(t, err)

		for _, name := range names {
			found.addHostFile(t, name)
		}
	}

	return found
}

func (d debianFiles) addHostFile(t *testing.T, file string) {
	t.Helper()

	info, err := os.Lstat(file)
	require.NoError(t, err)

	name := strings.TrimPrefix(file, "/")
	d.owner[name] = "host"

	if info.Mode()&os.ModeSymlink == 0 {
		d.files[name] = entry{mode: info.Mode().Perm(), from: file}

		// What is read of certificates is their content.
		if strings.HasPrefix(name, "usr/share/ca-certificates/") {
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			d.files.file(name, content)
		}

		return
	}

	target, err := filepath.EvalSymlinks(file)
	if os.IsNotExist(err) {
		return // It leads to what is not installed.
	}

	require.NoError(t, err)

	target = "/usr" + strings.TrimPrefix(target, "/usr") // /lib is a link to /usr/lib.

	link, err := filepath.Rel(path.Dir(file), target)
	require.NoError(t, err)

	d.files[name] = entry{link: link}
}
