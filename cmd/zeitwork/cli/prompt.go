package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// ReadSecret asks at the terminal without echo, or reads all of its input where that is none. The end of ctx, which is Ctrl-C, ends the question.
func ReadSecret(ctx context.Context, terminal Terminal, prompt string) (string, error) {
	return (&app{Terminal: terminal}).readSecret(ctx, prompt)
}

// readSecret asks at a terminal without echo, or reads all of standard input. The end of ctx, which is Ctrl-C, ends the question.
func (a *app) readSecret(ctx context.Context, prompt string) (string, error) {
	file, ok := a.In.(*os.File)
	if !ok || !isTerminal(file) {
		value, err := untilInterrupted(ctx, func() ([]byte, error) { return io.ReadAll(a.In) })

		return string(value), err
	}

	_, _ = fmt.Fprint(a.Err, prompt)
	defer func() { _, _ = fmt.Fprintln(a.Err) }()

	before, err := term.GetState(int(file.Fd()))
	if err != nil {
		return "", fmt.Errorf("read how the terminal is set: %w", err)
	}

	value, err := untilInterrupted(ctx, func() ([]byte, error) { return term.ReadPassword(int(file.Fd())) })
	if err != nil {
		// Whoever still reads has turned the echo off, and nobody else would turn it on again.
		_ = term.Restore(int(file.Fd()), before)
	}

	return string(value), err
}

// hasInput tells whether something is given to read: a file or a pipe, and neither a terminal nor /dev/null.
func (a *app) hasInput() bool {
	file, ok := a.In.(*os.File)
	if !ok {
		return true
	}

	info, err := file.Stat()

	return err == nil && info.Mode()&os.ModeCharDevice == 0
}

// confirm asks a yes-or-no question at a terminal. Without a terminal the answer is no. The end of ctx, which is Ctrl-C, ends the question.
func (a *app) confirm(ctx context.Context, question string) (bool, error) {
	if !isTerminal(a.In) {
		return false, nil
	}

	_, _ = fmt.Fprint(a.Err, question+" [y/N] ")

	line, err := untilInterrupted(ctx, func() (string, error) {
		line, err := bufio.NewReader(a.In).ReadString('\n')
		if errors.Is(err, io.EOF) { // Ctrl-D.
			err = nil
		}

		return line, err
	})
	if err != nil || !strings.HasSuffix(line, "\n") {
		_, _ = fmt.Fprintln(a.Err) // What comes next does not stand in the question's line.
	}

	answer := strings.ToLower(strings.TrimSpace(line))

	return answer == "y" || answer == "yes", err
}

// untilInterrupted returns what read returns, or an error as soon as ctx ends; read then goes on reading until the process ends.
func untilInterrupted[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}

	done := make(chan result, 1)

	go func() {
		value, err := read()
		done <- result{value, err}
	}()

	select {
	case found := <-done:
		if found.err != nil {
			return found.value, fmt.Errorf("read standard input: %w", found.err)
		}

		return found.value, nil
	case <-ctx.Done():
		var none T

		return none, interrupted()
	}
}
