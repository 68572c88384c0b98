package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/internal/flock"
)

// Home is the data directory that daemons share, an absolute path. Every daemon keeps its files in the folder of its name and
// writes its log to logs/<name>.log.
type Home string

// Lock makes the directory and takes it for this process until release is called or the process ends. Daemons may only be
// started under the lock, because they end whatever else uses their folders.
func (h Home) Lock() (release func(), err error) {
	if !filepath.IsAbs(string(h)) {
		return nil, fmt.Errorf("the data directory must be an absolute path, not %q", string(h))
	}

	if err := os.MkdirAll(string(h), 0o711); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}

	lock, err := flock.Try(filepath.Join(string(h), "lock"), flock.Exclusive)
	if errors.Is(err, flock.ErrHeld) {
		return nil, fmt.Errorf("another zeitwork is using %s; stop it first or choose another data directory: %w", h, err)
	}

	if err != nil {
		return nil, fmt.Errorf("take the data directory: %w", err)
	}

	return func() { _ = lock.Close() }, nil
}

// Folder returns a daemon's own folder, or a path in it. It makes no folder.
func (h Home) Folder(name string, more ...string) string {
	return filepath.Join(append([]string{string(h), name}, more...)...)
}

// Socket returns the path of the Unix socket in a daemon's folder, or an error when the path is too long for the kernel.
func (h Home) Socket(name string) (string, error) {
	// The kernel's sockaddr_un has 108 bytes with the closing NUL.
	const longest = 107

	path := h.Folder(name, name+".sock")
	if len(path) > longest {
		return "", fmt.Errorf("the path of the data directory is too long for Unix sockets, choose a shorter one: %s has over %d bytes", path, longest)
	}

	return path, nil
}

// Write writes a file that only the user of this process may read, makes its folder first, and returns its path.
func (h Home) Write(content []byte, name string, more ...string) (string, error) {
	path := h.Folder(name, more...)

	if err := os.MkdirAll(filepath.Dir(path), 0o711); err != nil {
		return "", fmt.Errorf("make the folder of %s: %w", name, err)
	}

	if err := os.WriteFile(path, content, 0o600); err != nil {
		return "", fmt.Errorf("write the configuration of %s: %w", name, err)
	}

	return path, nil
}
