package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Home is the data directory that the daemons share, an absolute path. Every daemon keeps to the folder of its name,
// and its log to logs/<name>.log.
type Home string

// Lock makes the directory and takes it for this process until release is called or the process ends. Daemons may only
// be started under a lock: Start ends whatever else uses its folder.
func (h Home) Lock() (release func(), err error) {
	if !filepath.IsAbs(string(h)) {
		return nil, fmt.Errorf("the data directory must be an absolute path, not %q", string(h))
	}

	if err := os.MkdirAll(string(h), 0o711); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}

	file, err := os.OpenFile(filepath.Join(string(h), "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the data directory: %w", err)
	}

	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()

		return nil, fmt.Errorf("another zeitwork is using %s; stop it first or choose another data directory: %w", h, err)
	}

	return func() { _ = file.Close() }, nil
}

// folder returns a daemon's own folder, or a path in it, and makes none of them.
func (h Home) folder(name string, more ...string) string {
	return filepath.Join(append([]string{string(h), name}, more...)...)
}

// socket returns the path of a Unix socket in a daemon's folder, or an error when the kernel could not hold it.
func (h Home) socket(name string) (string, error) {
	// The kernel's sockaddr_un has 108 bytes with the closing NUL.
	const longest = 107

	path := h.folder(name, name+".sock")
	if len(path) > longest {
		return "", fmt.Errorf("the path of the data directory is too long for Unix sockets, choose a shorter one: %s has over %d bytes", path, longest)
	}

	return path, nil
}

// write makes a folder for the file and writes it for root alone.
func (h Home) write(content []byte, name string, more ...string) (string, error) {
	path := h.folder(name, more...)

	if err := os.MkdirAll(filepath.Dir(path), 0o711); err != nil {
		return "", fmt.Errorf("make the folder of %s: %w", name, err)
	}

	if err := os.WriteFile(path, content, 0o600); err != nil {
		return "", fmt.Errorf("write the configuration of %s: %w", name, err)
	}

	return path, nil
}
