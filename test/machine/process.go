package machine

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// process is a process in the namespace.
type process struct {
	command *exec.Cmd
	ended   chan struct{}
}

// start starts a process in the namespace, which ends with this one, however this one ends.
func (o *Outside) start(command *exec.Cmd) (*process, error) {
	command.Stderr = os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}

	p := &process{command: command, ended: make(chan struct{})}
	started := make(chan error)

	go func() {
		defer close(p.ended)

		// The kernel takes the end of the thread that starts a process for that of its parent: the thread waits for the process.
		_ = o.Do(func() error {
			err := command.Start()
			started <- err

			if err != nil {
				return err
			}

			return command.Wait()
		})
	}()

	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Args[0], err)
	}

	return p, nil
}

func (p *process) kill() error {
	err := p.command.Process.Kill()
	<-p.ended

	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}

	return err
}
