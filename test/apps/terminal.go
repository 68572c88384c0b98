package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/creack/pty"

	"github.com/zeitwork/zeitwork/test/rig"
)

// atTerminal is npx for a command that asks questions: it runs at a terminal, where enter is pressed until it has ended, which takes what is proposed.
func atTerminal(ctx context.Context, dir string, packages []string, command ...string) error {
	ctx, cancel := context.WithTimeout(ctx, generatorTime)
	defer cancel()

	run, err := npxCommand(ctx, dir, packages, command...)
	if err != nil {
		return err
	}

	terminal, err := pty.Start(run)
	if err != nil {
		return fmt.Errorf("start it at a terminal: %w", err)
	}
	defer terminal.Close() //nolint:errcheck // The program has ended.

	go func() {
		for rig.Sleep(ctx, time.Second/2) == nil { //nolint:mnd // Twice a second.
			if _, err := io.WriteString(terminal, "\r"); err != nil {
				return
			}
		}
	}()

	// A terminal whose program has ended gives an error in place of the end of a file.
	output, _ := io.ReadAll(terminal)

	if err := run.Wait(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(packages, ", "), err, output)
	}

	return nil
}
