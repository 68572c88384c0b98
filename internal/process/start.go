package process

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// Spec says how a daemon is run. Only Name and Program are required.
type Spec struct {
	// Name is what the daemon's log and its errors are named for.
	Name      string
	Program   string
	Arguments []string
	// Environment is the daemon's whole environment, in the form NAME=VALUE.
	Environment []string
	// Address is what the daemon's clients connect to.
	Address string
	// NetworkNamespace is where the network namespace that the daemon runs in is mounted; empty: that of this process.
	NetworkNamespace string
	// User is who the daemon runs as; nil: the user of this process.
	User *syscall.Credential
	// StopSignal asks for an orderly end; zero: SIGTERM.
	StopSignal syscall.Signal
	// Patience is how long the daemon may take for an orderly end; zero: a minute.
	Patience time.Duration
	// Cleanup removes what an ended daemon left on the machine outside its folder; it may be nil.
	Cleanup func(ctx context.Context) error
	// Ready returns nil once the daemon answers; nil: Start does not wait for that.
	Ready func(ctx context.Context) error
}

// Start runs the daemon and returns once it answers. ctx bounds the starting, not the daemon's life. A daemon that does not get
// ready is stopped.
func (h Home) Start(ctx context.Context, spec Spec) (*Process, error) {
	if spec.StopSignal == 0 {
		spec.StopSignal = syscall.SIGTERM
	}

	if spec.Patience == 0 {
		spec.Patience = time.Minute
	}

	logFile, err := h.openLog(spec.Name)
	if err != nil {
		return nil, err
	}

	defer func() { _ = logFile.Close() }()

	command := exec.Command(spec.Program, spec.Arguments...)
	command.Dir = "/"
	command.Env = spec.Environment
	command.Stdout, command.Stderr = logFile, logFile
	// A process group of its own keeps the terminal's Ctrl-C from the daemon: the process that started it decides when it ends.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: spec.StopSignal, Credential: spec.User}

	process := &Process{
		name: spec.Name, address: spec.Address, logFile: logFile.Name(), command: command, stop: spec.StopSignal, patience: spec.Patience,
		cleanup: spec.Cleanup, done: make(chan struct{}),
	}

	if err := process.run(spec.NetworkNamespace); err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}

	if spec.Ready == nil {
		return process, nil
	}

	if err := process.WaitReady(ctx, spec.Ready); err != nil {
		return nil, errors.Join(err, process.Stop(context.WithoutCancel(ctx)))
	}

	return process, nil
}
