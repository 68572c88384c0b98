package fakegithub

import (
	"fmt"
	"io/fs"
)

// ReadFiles returns the files of a directory for a commit, such as those of an example. Only ordinary files are taken, programs as such.
func ReadFiles(directory fs.FS) (map[string]File, error) {
	const executable = 0o100

	files := map[string]File{}

	err := fs.WalkDir(directory, ".", func(path string, found fs.DirEntry, err error) error {
		if err != nil || !found.Type().IsRegular() {
			return err
		}

		info, err := found.Info()
		if err != nil {
			return err
		}

		content, err := fs.ReadFile(directory, path)
		file := File{Content: content}

		if info.Mode()&executable != 0 {
			file.Mode = ExecutableMode
		}

		files[path] = file

		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the files of a commit: %w", err)
	}

	return files, nil
}
