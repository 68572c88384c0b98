package process

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

// Process is a daemon that was started. Its methods may be called from any goroutine.
type Process struct {
	name    string
	address string
	logFile string
	command *exec.Cmd
	stop    syscall.Signal
	// patience is how long the daemon may take to end once it was asked to.
	patience time.Duration
	cleanup  func(ctx context.Context) error

	done chan struct{}
	err  error
}

// Name is the daemon's name, for logs.
func (p *Process) Name() string { return p.name }

// PID is the process id of the daemon, also after its end.
func (p *Process) PID() int { return p.command.Process.Pid }

// Address is what the daemon's clients connect to, as its Spec says.
func (p *Process) Address() string { return p.address }

// LogFile is the path of the file that the daemon writes its log to.
func (p *Process) LogFile() string { return p.logFile }

// Done is closed when the daemon has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the daemon ended; it is nil while the daemon runs and after an orderly end.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Stop asks the daemon to end, kills it when ctx or the daemon's patience is over, and removes what the daemon left on the
// machine outside its folder. Stop may be called twice, and after the daemon has ended by itself.
func (p *Process) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()

	_ = p.command.Process.Signal(p.stop)
	// A frozen daemon does not get the signal before it is thawed.
	p.Thaw()

	select {
	case <-p.done:
	case <-ctx.Done():
		_ = syscall.Kill(-p.PID(), syscall.SIGKILL)
		<-p.done
	}

	if p.cleanup != nil {
		if err := p.cleanup(context.WithoutCancel(ctx)); err != nil {
			return fmt.Errorf("clean up behind %s: %w", p.name, err)
		}
	}

	return nil
}

// Kill ends the daemon by force and returns when it has ended. What the daemon left on the machine stays, for its next start to
// find. Kill may be called twice.
func (p *Process) Kill() {
	_ = p.command.Process.Kill()

	<-p.done
}

// Thaw lets a daemon go on that was frozen by SIGSTOP.
func (p *Process) Thaw() { _ = p.command.Process.Signal(syscall.SIGCONT) }

// WaitReady returns nil once ready does. It gives up when the daemon ends, after two minutes, and with ctx, and its error then
// shows how the daemon's log ends.
func (p *Process) WaitReady(ctx context.Context, ready func(context.Context) error) error {
	const (
		patience = 2 * time.Minute
		pause    = 20 * time.Millisecond
	)

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}

		select {
		case <-p.done:
			return fmt.Errorf("%s did not start: %w; the end of its log (%s):\n%s", p.name, errors.Join(p.err, err), p.logFile, tail(p.logFile))
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w; the end of its log (%s):\n%s", p.name, err, p.logFile, tail(p.logFile))
		case <-time.After(pause):
		}
	}
}

// run starts the command and watches it from a thread of its own: the kernel sends Pdeathsig when the thread that started the
// child ends, and a thread of Go's pool may end long before the process.
func (p *Process) run(namespace string) error {
	started := make(chan error, 1)

	go func() {
		running := false

		err := netnamespace.Do(namespace, func() error {
			if err := p.command.Start(); err != nil {
				return err
			}

			running = true
			started <- nil

			return p.command.Wait()
		})
		if !running {
			started <- err

			return
		}

		if err != nil {
			p.err = fmt.Errorf("%s ended: %w", p.name, err)
		}

		close(p.done)
	}()

	return <-started
}
