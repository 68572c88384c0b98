package service

import (
	"bytes"
	_ "embed" // For the unit.
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Name is the name of the service, as systemctl takes it.
const Name = "zeitwork-nodeagent"

const (
	// Program is where the service's binary is.
	Program = "/usr/local/bin/zeitwork"
	// SettingsFile has the service's settings, the token among them. Only root reads it.
	SettingsFile = "/etc/zeitwork/nodeagent.env"

	unitFile = "/etc/systemd/system/" + Name + ".service"
	unitNote = "# Written by `zeitwork node join`, which writes it again; put changes into a drop-in (systemctl edit " + Name + ")."
)

//go:embed zeitwork-nodeagent.service
var unit string

// Unit is the text of the service that runs the program. The note is its first line.
func Unit(program, note string) []byte {
	return []byte(note + "\n" + strings.Replace(unit, "ExecStart="+Program+" ", "ExecStart="+program+" ", 1))
}

// write makes the file what it is to be, in one step, and tells whether it was anything else.
func write(path string, content []byte, mode fs.FileMode) (changed bool, err error) {
	info, statErr := os.Stat(path)
	before, readErr := os.ReadFile(path)

	if statErr == nil && readErr == nil && info.Mode().Perm() == mode && bytes.Equal(before, content) {
		return false, nil
	}

	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return false, fmt.Errorf("make the folder of %s: %w", path, err)
	}

	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return false, fmt.Errorf("write %s: %w", path, err)
	}

	_, err = file.Write(content)
	// A power cut must not leave an empty file of that name.
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())

	if err == nil {
		err = os.Rename(file.Name(), path)
	}

	if err != nil {
		_ = os.Remove(file.Name())

		return false, fmt.Errorf("write %s: %w", path, err)
	}

	return true, nil
}

// installProgram copies this binary to where the service has it.
func installProgram() (changed bool, err error) {
	const mode = 0o755

	executable, err := os.Executable()
	if err != nil {
		return false, fmt.Errorf("find the path of this binary: %w", err)
	}

	content, err := os.ReadFile(executable)
	if err != nil {
		return false, fmt.Errorf("read this binary: %w", err)
	}

	return write(Program, content, mode)
}

// remove removes what is there of the files.
func remove(paths ...string) error {
	var failed []error

	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}

	return errors.Join(failed...)
}
