package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// git runs git in dir and returns what it wrote, without the last newline. The error is what git said.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...)
	// What git says is looked at, so that it has to be said in one language.
	command.Env = append(command.Environ(), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0")

	var stderr bytes.Buffer

	command.Stderr = &stderr

	output, err := command.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", UsageError(errors.New("git is not installed"))
	}

	if ctx.Err() != nil {
		return "", interrupted()
	}

	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}

	return strings.TrimRight(string(output), "\n"), nil
}

// saidNo tells whether an error of git is its answer to a question that it was asked with --quiet. What keeps git from answering is another one.
func saidNo(err error) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)

	return ok && exit.ExitCode() == 1
}
