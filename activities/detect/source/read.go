package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// maxFileBytes is far above what people write and below what would be a burden.
const maxFileBytes = 1 << 20

func Read(root fs.FS, name string) ([]byte, error) {
	// A link must not lead to a device or a pipe, which would be waited for.
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

// maxLockfileBytes is above the lockfiles of the largest workspaces.
const maxLockfileBytes = 64 << 20

func ReadLarge(root fs.FS, name string) ([]byte, error) {
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

	return content, errors.Join(err, file.Close())
}
