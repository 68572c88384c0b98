// Package flock locks files between goroutines and processes of one machine. The kernel releases the locks of a process that
// ends, however it ends.
package flock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Mode says whom a lock excludes.
type Mode int

const (
	// Shared excludes exclusive locks.
	Shared Mode = unix.LOCK_SH
	// Exclusive excludes all other locks.
	Exclusive Mode = unix.LOCK_EX
)

// ErrHeld says that a lock which excludes the wanted one is held.
var ErrHeld = errors.New("the lock is held by another")

// Lock is a lock that is held until Close.
type Lock struct {
	file *os.File
}

// Try locks the file, which it makes where it is missing, or fails at once with ErrHeld.
func Try(path string, mode Mode) (*Lock, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}

	return take(file, mode)
}

// TryDirectory locks a directory that exists, or fails at once with ErrHeld.
func TryDirectory(path string, mode Mode) (*Lock, error) {
	directory, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the directory to lock: %w", err)
	}

	return take(directory, mode)
}

// Wait locks the file like Try, and waits until no lock that excludes the wanted one is held, or until ctx ends.
func Wait(ctx context.Context, path string, mode Mode) (*Lock, error) {
	const pause = 10 * time.Millisecond

	for {
		lock, err := Try(path, mode)
		if !errors.Is(err, ErrHeld) {
			return lock, err
		}

		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the lock %s: %w", path, context.Cause(ctx))
		case <-time.After(pause):
		}
	}
}

// Path is the path of the file that is locked. Whoever holds an exclusive lock may remove the file.
func (l *Lock) Path() string { return l.file.Name() }

// Close releases the lock.
func (l *Lock) Close() error { return l.file.Close() }

// take locks the open file, or closes it.
func take(file *os.File, mode Mode) (*Lock, error) {
	err := unix.Flock(int(file.Fd()), int(mode)|unix.LOCK_NB)
	if err == nil && stands(file) {
		return &Lock{file: file}, nil
	}

	_ = file.Close()

	// A signal may interrupt the call: the next one will tell.
	if err == nil || errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
		return nil, fmt.Errorf("%s: %w", file.Name(), ErrHeld)
	}

	return nil, fmt.Errorf("lock %s: %w", file.Name(), err)
}

// stands tells whether the open file is still the one at its path. A holder may have removed the file between the opening and
// the locking, and a lock on a removed file excludes nobody.
func stands(file *os.File) bool {
	opened, openedErr := file.Stat()
	standing, standingErr := os.Stat(file.Name())

	return openedErr == nil && standingErr == nil && os.SameFile(opened, standing)
}
