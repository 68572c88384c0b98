package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// openLog opens a daemon's log to append to it. A log over the limit is renamed to <name>.log.1 and replaces the log of that name.
func (h Home) openLog(name string) (*os.File, error) {
	const limit = 16 << 20

	path := h.Folder("logs", name+".log")
	if err := os.MkdirAll(filepath.Dir(path), 0o711); err != nil {
		return nil, fmt.Errorf("make the folder of the logs: %w", err)
	}

	if info, err := os.Stat(path); err == nil && info.Size() > limit {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, fmt.Errorf("put the old log of %s aside: %w", name, err)
		}
	}

	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of %s: %w", name, err)
	}

	return file, nil
}

// tail returns the last lines of a log, for an error.
func tail(path string) string {
	const (
		lines = 15
		bytes = 8 << 10
	)

	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}

	content = content[max(0, len(content)-bytes):]
	all := strings.Split(strings.TrimSpace(string(content)), "\n")

	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
