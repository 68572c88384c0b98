package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/zeitwork/zeitwork/test/rig"
)

// linkDockerfile makes Dockerfile a symbolic link, which cannot be embedded.
func linkDockerfile(directory string) error {
	return os.Symlink("docker/web.Dockerfile", filepath.Join(directory, "Dockerfile"))
}

// addSubmodule adds the submodule theme, whose server nobody asks.
func addSubmodule(directory string) error {
	const (
		modules = "[submodule \"theme\"]\n\tpath = theme\n\turl = https://git.example.org/acme/theme.git\n"
		commit  = "160000,0123456789012345678901234567890123456789,theme"
	)

	if err := os.WriteFile(filepath.Join(directory, ".gitmodules"), []byte(modules), 0o644); err != nil { //nolint:gosec // As every file of a repository.
		return err
	}

	// Git takes a submodule whose directory is missing for one that was removed.
	if err := os.Mkdir(filepath.Join(directory, "theme"), 0o755); err != nil {
		return err
	}

	_, err := rig.Run(exec.Command("git", "-C", directory, "update-index", "--add", "--cacheinfo", commit))

	return err
}

// trackByLFS says that images are in Git LFS. Among the testdata the file would say so to git of those, too.
func trackByLFS(directory string) error {
	const attributes = "*.png filter=lfs diff=lfs merge=lfs -text\n"

	return os.WriteFile(filepath.Join(directory, ".gitattributes"), []byte(attributes), 0o644) //nolint:gosec // As every file of a repository.
}

// addLatin1Name adds a file whose name is not UTF-8, which no module of Go may have.
func addLatin1Name(directory string) error {
	name := filepath.Join(directory, "docs", "r\xe9sum\xe9.txt")
	if err := os.Mkdir(filepath.Dir(name), 0o755); err != nil {
		return err
	}

	return os.WriteFile(name, []byte("latin1 name"), 0o644) //nolint:gosec // As every file of a repository.
}

// addBillingGem has the Rails example depend on the gem in engines/billing.
func addBillingGem(directory string) error {
	for name, change := range map[string]func(string) string{
		"Gemfile": func(text string) string { return text + "gem \"billing\", path: \"engines/billing\"\n" },
		"Gemfile.lock": func(text string) string {
			return "PATH\n  remote: engines/billing\n  specs:\n    billing (0.1.0)\n      rails\n\n" +
				strings.Replace(text, "\nDEPENDENCIES\n", "\nDEPENDENCIES\n  billing!\n", 1)
		},
	} {
		file := filepath.Join(directory, name)

		content, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read the example's %s: %w", name, err)
		}

		if err := os.WriteFile(file, []byte(change(string(content))), 0o644); err != nil { //nolint:gosec // As every file of a repository.
			return fmt.Errorf("change the example's %s: %w", name, err)
		}
	}

	return nil
}
