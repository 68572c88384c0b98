package rig

import (
	"fmt"
	"os/exec"
	"strings"
)

// Run runs a command that was not started yet and returns what it wrote, to both of its outputs, without the space around it. The error of
// a command that fails contains that too.
func Run(command *exec.Cmd) (string, error) {
	output, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(command.Args, " "), err, output)
	}

	return strings.TrimSpace(string(output)), nil
}
