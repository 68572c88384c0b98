package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// maxFileBytes is far above what people write by hand, and small enough to be read into memory.
const maxFileBytes = 1 << 20

// Read returns the text of a file that people write, in UTF-8 without a byte order mark, however it is written. Where there is no such file its error is
// fs.ErrNotExist; for a file of more than 1 MiB it is the user's. What is not a regular file is an error, too.
func Read(root fs.FS, name string) ([]byte, error) {
	content, err := readRaw(root, name)

	return decode(content), err
}

// ReadUTF8 is Read for a file that the tools of the build read as well. Its error is the user's for one that is written in UTF-16.
func ReadUTF8(root fs.FS, name string) ([]byte, error) {
	content, err := readRaw(root, name)
	if err == nil {
		err = checkUTF8(name, content)
	}

	return decode(content), err
}

func readRaw(root fs.FS, name string) ([]byte, error) {
	// To open a pipe or a device may wait for ever.
	info, err := fs.Stat(root, name)
	if err != nil {
		return nil, err
	}

	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}

	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()

	content, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	if err != nil {
		return nil, err
	}

	if len(content) > maxFileBytes {
		return nil, problem.New(problem.Invalid, "%s is larger than 1 MiB. Make it shorter.", name)
	}

	return content, nil
}

// maxLockfileBytes is above the size of the lockfiles of the largest workspaces.
const maxLockfileBytes = 64 << 20

// ReadLockfile returns the content of a file that a program wrote, of at most 64 MiB, without a byte order mark. Only for a file in UTF-16 its error is the
// user's: of all others callers say what to do.
func ReadLockfile(root fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(root, name)
	if err != nil {
		return nil, err
	}

	if !info.Mode().IsRegular() || info.Size() > maxLockfileBytes {
		return nil, fmt.Errorf("%s is not a regular file of at most 64 MiB", name)
	}

	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}

	content, err := io.ReadAll(io.LimitReader(file, maxLockfileBytes))
	if err = errors.Join(err, file.Close()); err == nil {
		err = checkUTF8(name, content)
	}

	return decode(content), err
}
