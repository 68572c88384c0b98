package machine

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Output is what a command in the machine wrote, and its exit code.
type Output struct {
	Code           int
	Stdout, Stderr string
}

// Run runs a command in the machine as root, with the input. A command that fails is no error, but one that does not end before ctx does is.
func (m *Machine) Run(ctx context.Context, input string, command ...string) (Output, error) {
	const pause = 100 * time.Millisecond

	arguments := map[string]any{
		"path": command[0], "arg": command[1:], "capture-output": true,
		"env": []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"},
	}
	if input != "" {
		arguments["input-data"] = []byte(input)
	}

	var started struct {
		PID int `json:"pid"`
	}

	if err := m.channel.call(ctx, "guest-exec", arguments, &started); err != nil {
		return Output{}, fmt.Errorf("%s: %w", strings.Join(command, " "), err)
	}

	for {
		var status struct {
			Exited bool   `json:"exited"`
			Code   int    `json:"exitcode"`
			Out    []byte `json:"out-data"`
			Err    []byte `json:"err-data"`
		}

		if err := m.channel.call(ctx, "guest-exec-status", map[string]any{"pid": started.PID}, &status); err != nil {
			return Output{}, fmt.Errorf("%s: %w", strings.Join(command, " "), err)
		}

		if status.Exited {
			return Output{Code: status.Code, Stdout: string(status.Out), Stderr: string(status.Err)}, nil
		}

		select {
		case <-ctx.Done():
			return Output{}, fmt.Errorf("%s did not end: %w", strings.Join(command, " "), context.Cause(ctx))
		case <-time.After(pause):
		}
	}
}
