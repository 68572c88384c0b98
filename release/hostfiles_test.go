package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// hostFiles are this machine's files in the place of those of Debian's packages: an image that is made of them runs, and is not fetched.
func hostFiles() (debianFiles, error) {
	found := debianFiles{files: tree{}, owner: map[string]string{}, packages: map[string]debianPackage{}}

	for _, pattern := range []string{
		"usr/bin/git", "usr/lib/git-core/git", "usr/lib/git-core/git-remote-http*", certificatesLicense, "usr/share/ca-certificates/mozilla/*",
		"usr/lib/*-linux-gnu/*.so*", "usr/lib64/*.so*", "usr/lib/*.so*",
	} {
		names, err := filepath.Glob("/" + pattern)
		if err != nil {
			return found, fmt.Errorf("look for this machine's files: %w", err)
		}

		for _, name := range names {
			if err := found.addHostFile(name); err != nil {
				return found, fmt.Errorf("take a file of this machine: %w", err)
			}
		}
	}

	return found, nil
}

func (d debianFiles) addHostFile(file string) error {
	info, err := os.Lstat(file)
	if err != nil {
		return err
	}

	name := strings.TrimPrefix(file, "/")
	d.owner[name] = "host"

	if info.Mode()&os.ModeSymlink == 0 {
		d.files[name] = entry{mode: info.Mode().Perm(), from: file}

		// What is read of certificates is their content.
		if strings.HasPrefix(name, "usr/share/ca-certificates/") {
			content, err := os.ReadFile(file)
			d.files.file(name, content)

			return err
		}

		return nil
	}

	target, err := filepath.EvalSymlinks(file)
	if os.IsNotExist(err) {
		return nil // It leads to what is not installed.
	}

	if err != nil {
		return err
	}

	target = "/usr" + strings.TrimPrefix(target, "/usr") // /lib is a link to /usr/lib.

	link, err := filepath.Rel(path.Dir(file), target)
	d.files[name] = entry{link: link}

	return err
}
