package nodeagent

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

// The inits by the names of their programs. Both are static.
const (
	catatonit = "catatonit"
	tini      = "tini-static"
)

// findInit returns the static init that becomes PID 1 of VMs.
func (c Config) findInit() (string, error) {
	if c.Init != "" {
		return c.Init, c.checkInitPath(c.Init)
	}

	if path, err := exec.LookPath(catatonit); err == nil {
		return path, nil
	}

	path, err := exec.LookPath(tini)
	if err != nil {
		return "", errors.New("no init for VMs was found: install Debian's package catatonit, or set ZEITWORK_NODE_INIT to a static one")
	}

	return path, c.checkInitPath(path)
}

// checkInitPath refuses tini where the runtime is Kata Containers. Their agent in the guest sends SIGKILL in place of SIGTERM unless PID 1 blocks, ignores or
// handles SIGTERM by what /proc says of it, and says nothing of tini, which waits for signals with sigtimedwait: no app could end its requests.
func (c Config) checkInitPath(path string) error {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}

	if !containers.IsKata(c.Runtime) || !strings.HasPrefix(filepath.Base(path), "tini") {
		return nil
	}

	return fmt.Errorf("%s cannot be the init of VMs on Kata Containers, which would kill every VM instead of asking it to end: "+
		"install Debian's package catatonit, and set ZEITWORK_NODE_INIT to its path or leave it empty", path)
}

// execFailed is what catatonit writes last, before the reason, when it cannot execute the command. It ends with exit code 1 then, as many apps do.
const execFailed = "failed to exec pid1: "

// exitCode returns the code with which the VM's command ended, once all that the VM wrote is in its log. Where the init could not execute the command it is
// the code that shells return then.
func (m *machine) exitCode(code uint32) uint32 {
	last := vmlog.Last(m.logFolder())

	_, reason, failed := strings.Cut(last.Line, execFailed)
	if code != 1 || !failed || last.Stream != vmlog.Stderr || !strings.HasPrefix(last.Line, "ERROR ("+catatonit+":") {
		return code
	}

	if reason == "No such file or directory" {
		return notFound
	}

	return notExecutable
}
