package systemservice

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// CheckMachine fails with a sentence for the operator where this machine cannot have the service.
func (s Service) CheckMachine() error {
	if os.Geteuid() != 0 {
		return errors.New("this needs root: run it with sudo")
	}

	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return fmt.Errorf("systemd does not run on this machine: start `%s` by the supervisor that it has; docs/OPERATIONS.md says how",
			strings.Replace(s.Name, "-", " ", 1))
	}

	return nil
}

// Systemctl runs systemctl.
func Systemctl(ctx context.Context, arguments ...string) error {
	output, err := exec.CommandContext(ctx, "systemctl", arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("systemctl %s: %w: %s", strings.Join(arguments, " "), err, strings.TrimSpace(string(output)))
	}

	return nil
}

// state is what systemd says of a unit. Status is what the service itself says.
type state struct {
	load, active, sub, status, restarts string
}

func stateOf(ctx context.Context, unit string) (state, error) {
	output, err := exec.CommandContext(ctx, "systemctl", "show", "--property=LoadState,ActiveState,SubState,StatusText,NRestarts", "--", unit).Output()
	if err != nil {
		return state{}, fmt.Errorf("ask systemd for the state of %s: %w", unit, err)
	}

	values := parseSettings(string(output))

	return state{
		load: values["LoadState"], active: values["ActiveState"], sub: values["SubState"], status: values["StatusText"], restarts: values["NRestarts"],
	}, nil
}

// journal returns the last lines that the service has logged, without what systemd says of it.
func (s Service) journal(ctx context.Context) string {
	output, err := exec.CommandContext(ctx, "journalctl", "--unit="+s.Name, "--identifier=zeitwork", "--lines=5", "--output=cat", "--no-pager").Output()
	if err != nil {
		return ""
	}

	return strings.TrimSpace(string(output))
}
