// Package program holds the log process of VMs as a program of its own (vmlogger), which `go tool task build` compiles before the binary that it becomes a
// part of.
package program

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

// build is empty, but for a file that git keeps it by, where the program was not compiled before.
//
//go:embed all:build
var build embed.FS

// ErrAbsent says that this binary was compiled without the program.
var ErrAbsent = errors.New("this binary was built without the log program: `go tool task build` builds both")

const (
	prefix      = "vmlogger-"
	folderMode  = 0o755
	programMode = 0o755
)

// Install writes the program to the folder, in the place of those of other versions, and returns its path. It fails where the program cannot be run from there.
func Install(ctx context.Context, folder string) (string, error) {
	content, err := build.ReadFile("build/vmlogger")
	if err != nil {
		return "", ErrAbsent
	}

	sum := sha256.Sum256(content)
	path := filepath.Join(folder, prefix+hex.EncodeToString(sum[:8]))

	if _, err := os.Stat(path); err != nil {
		if err := write(path, content); err != nil {
			return "", err
		}
	}

	if err := exec.CommandContext(ctx, path, vmlog.Command, "").Run(); err != nil {
		return "", fmt.Errorf("run the log program: %w", err)
	}

	others, _ := filepath.Glob(filepath.Join(folder, prefix+"*"))
	for _, other := range others {
		if other != path {
			_ = os.Remove(other) // Those that run from it go on.
		}
	}

	return path, nil
}

// write makes the file appear whole, and on the disk before its name: a power cut must not leave half a program.
func write(path string, content []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), folderMode); err != nil {
		return fmt.Errorf("make the folder of the log program: %w", err)
	}

	file, err := os.CreateTemp(filepath.Dir(path), prefix)
	if err != nil {
		return fmt.Errorf("write the log program: %w", err)
	}

	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write the log program: %w", err), os.Remove(file.Name()))
		}
	}()

	_, err = file.Write(content)
	if err = errors.Join(err, file.Chmod(programMode), file.Sync(), file.Close()); err != nil {
		return err
	}

	return os.Rename(file.Name(), path)
}
