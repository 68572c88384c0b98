package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"

	"github.com/zeitwork/zeitwork/test/rig"
)

//go:embed all:testdata
var testdata embed.FS

// repository makes a repository in a directory that is not there yet, with the tree in one commit.
func (t tree) repository(ctx context.Context, directory string, complete bool) (*rig.Repository, error) {
	repository, err := rig.NewRepository(ctx, directory)
	if err != nil {
		return nil, err
	}

	if err := t.base.write(ctx, directory, complete); err != nil {
		return nil, err
	}

	if t.folder != "" {
		_, err = rig.Run(exec.CommandContext(ctx, "cp", "--archive", t.folder+"/.", directory)) // Unlike os.CopyFS it takes any name.
	} else {
		err = layOver(directory, path.Join("testdata", t.name))
	}

	if err != nil {
		return nil, fmt.Errorf("write the tree: %w", err)
	}

	if t.finish != nil {
		if err := t.finish(directory); err != nil {
			return nil, fmt.Errorf("finish the tree: %w", err)
		}
	}

	_, err = repository.Commit(ctx)

	return repository, err
}

// layOver writes the files of a folder into a directory, in place of those of the same name. None of them is executable.
func layOver(directory, folder string) error {
	return fs.WalkDir(testdata, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}

		relative, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}

		target := filepath.Join(directory, relative)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}

		content, err := testdata.ReadFile(name)
		if err != nil {
			return err
		}

		// Writing keeps the mode of a file that is there.
		if err := os.RemoveAll(target); err != nil {
			return err
		}

		return os.WriteFile(target, content, 0o644) //nolint:gosec // As every file of a repository.
	})
}
