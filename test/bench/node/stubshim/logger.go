package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"github.com/containerd/containerd/v2/pkg/namespaces"
)

// logger is the log process of a VM, as the shim of runc starts it: it gets the reading ends of two pipes, and a third pipe that it closes when it is
// ready. The shim keeps the writing ends, which are the app's.
type logger struct {
	command *exec.Cmd
	output  [2]*os.File
}

// startLogger starts the program that a URI such as binary:///usr/bin/zeitwork?vm-logger=/folder names, and waits until it is ready.
func startLogger(ctx context.Context, vm, address string) (l *logger, err error) {
	uri, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("read where output goes: %w", err)
	}

	namespace, err := namespaces.NamespaceRequired(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the namespace: %w", err)
	}

	var arguments []string

	for name, values := range uri.Query() {
		arguments = append(append(arguments, name), values...)
	}

	l = &logger{command: exec.Command(uri.Path, arguments...)} //nolint:noctx // It is the agent's, and lives as long as the VM.
	l.command.Env = append(os.Environ(), "CONTAINER_ID="+vm, "CONTAINER_NAMESPACE="+namespace)

	var given []*os.File

	defer func() {
		for _, file := range given {
			err = errors.Join(err, file.Close())
		}
	}()

	for n := range l.output {
		read, write, err := os.Pipe()
		if err != nil {
			return nil, fmt.Errorf("make a pipe: %w", err)
		}

		given, l.output[n] = append(given, read), write
	}

	ready, told, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}

	defer func() { _ = ready.Close() }()

	l.command.ExtraFiles = slices.Concat(given, []*os.File{told})
	err = l.command.Start()
	_ = told.Close()

	if err != nil {
		return nil, fmt.Errorf("start the log process: %w", err)
	}

	if _, err := ready.Read(make([]byte, 1)); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("wait for the log process: %w", err)
	}

	return l, nil
}

// close ends the app's output, and waits until the log process has read it.
func (l *logger) close() error {
	const patience = 12 * time.Second // That of the shim of runc.

	_ = l.output[0].Close()
	_ = l.output[1].Close()
	_ = l.command.Process.Signal(syscall.SIGTERM)

	kill := time.AfterFunc(patience, func() { _ = l.command.Process.Kill() })
	defer kill.Stop()

	if err := l.command.Wait(); err != nil {
		return fmt.Errorf("wait for the log process: %w", err)
	}

	return nil
}
