// Package hostpackages installs the Debian packages that the platform's daemons and builds need from the machine.
package hostpackages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/samber/lo"
)

// Missing returns those of the named Debian packages that are not installed, in the order given. It fails where the
// machine has no dpkg.
func Missing(ctx context.Context, names ...string) ([]string, error) {
	if len(names) == 0 {
		return nil, nil
	}

	if _, err := exec.LookPath("dpkg-query"); err != nil {
		return nil, fmt.Errorf("this machine has no dpkg; install these yourself: %s: %w", strings.Join(names, ", "), err)
	}

	// dpkg-query fails when one of the names is unknown to it, yet still lists the others.
	arguments := append([]string{"--show", "--showformat=${binary:Package} ${db:Status-Status}\n", "--"}, names...)

	output, err := exec.CommandContext(ctx, "dpkg-query", arguments...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok || ok && exit.ExitCode() > 1 {
		return nil, fmt.Errorf("ask dpkg which packages are installed: %w", err)
	}

	installed := installedNames(string(output))

	return lo.Reject(names, func(name string, _ int) bool { return installed[name] }), nil
}

// Ensure installs those of the named Debian packages that are missing. Where none is missing it uses neither network nor apt. report,
// which may be nil, is called with what is being done.
func Ensure(ctx context.Context, report func(detail string), names ...string) error {
	missing, err := Missing(ctx, names...)
	if err != nil || len(missing) == 0 {
		return err
	}

	list := strings.Join(missing, " ")

	if os.Geteuid() != 0 {
		return fmt.Errorf("packages are missing and only root can install them; run: sudo apt-get install %s", list)
	}

	if report == nil {
		report = func(string) {}
	}

	report("updating the package lists")

	// The installation is tried even after a failed update: an apt source that does not answer may not be needed.
	updateOutput, updateErr := apt(ctx, "update")

	report("installing " + list)

	installOutput, err := apt(ctx, append([]string{"install", "--yes", "--no-install-recommends", "--"}, missing...)...)
	if err == nil {
		return nil
	}

	err = fmt.Errorf("these Debian packages could not be installed; install them yourself and try again: %s: %w: %s", list, err, installOutput)
	if updateErr != nil {
		err = fmt.Errorf("%w (updating the package lists failed before: %w: %s)", err, updateErr, updateOutput)
	}

	return err
}

// apt runs apt-get and returns the end of what it said.
func apt(ctx context.Context, arguments ...string) (string, error) {
	// Another apt may be at work, as on a machine that has just been made: apt-get waits for its lock for so many seconds.
	command := exec.CommandContext(ctx, "apt-get", append([]string{"-o", "DPkg::Lock::Timeout=300", "--quiet"}, arguments...)...)
	command.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8")

	var output bytes.Buffer

	command.Stdout, command.Stderr = &output, &output
	err := command.Run()

	return lastLines(output.String()), err
}

// installedNames reads lines of "name status"; a name may carry its architecture ("libseccomp-dev:amd64").
func installedNames(listing string) map[string]bool {
	installed := map[string]bool{}

	for line := range strings.Lines(listing) {
		name, status, _ := strings.Cut(strings.TrimSpace(line), " ")
		if status == "installed" {
			name, _, _ = strings.Cut(name, ":")
			installed[name] = true
		}
	}

	return installed
}

func lastLines(text string) string {
	const kept = 10

	lines := strings.Split(strings.TrimSpace(text), "\n")

	return strings.Join(lines[max(0, len(lines)-kept):], "\n")
}
