package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
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
	// patience is how long the process may take to end once it was asked to.
	patience time.Duration
	cleanup  func(ctx context.Context) error

	done chan struct{}
	err  error
}

// Name is the daemon's name, for logs.
func (p *Process) Name() string { return p.name }

// PID is the process id of the daemon, also after its end.
func (p *Process) PID() int { return p.command.Process.Pid }

// Address is what clients connect to: Postgres' URL with its password, the registry's host and port, the path of
// containerd's socket, buildkitd's unix:// URL.
func (p *Process) Address() string { return p.address }

// LogFile is the path of the file that the daemon writes its log to.
func (p *Process) LogFile() string { return p.logFile }

// Done is closed when the daemon has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the daemon ended; it is nil before and after an orderly end.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Stop asks the daemon to end, ends it by force when ctx is over or the daemon's patience, and removes what it left on the
// machine outside its folder. It may be called twice, and after the daemon has ended by itself.
func (p *Process) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()

	_ = p.command.Process.Signal(p.stop)
	// One that is frozen could not obey.
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

// Kill ends the daemon by force and returns when it has ended. What it left on the machine stays, for its next start to find.
// It may be called twice.
func (p *Process) Kill() {
	_ = p.command.Process.Kill()

	<-p.done
}

// Thaw lets a daemon go on that somebody froze by SIGSTOP.
func (p *Process) Thaw() { _ = p.command.Process.Signal(syscall.SIGCONT) }

// spec is what start needs to know of a daemon.
type spec struct {
	name      string
	program   string
	arguments []string
	environ   []string
	address   string
	// namespace is where the network namespace that the daemon runs in is mounted; empty: that of this process.
	namespace string
	// user the daemon runs as; nil is the user of this process.
	user *syscall.Credential
	// stop is the signal that asks for an orderly end; zero is SIGTERM.
	stop syscall.Signal
	// patience is how long the daemon may take for that; zero is a minute.
	patience time.Duration
	cleanup  func(ctx context.Context) error
	// ready returns nil once the daemon answers; nil: nobody waits for that.
	ready func(ctx context.Context) error
}

// start runs the daemon and returns once it answers.
func (h Home) start(ctx context.Context, s spec) (*Process, error) {
	if s.stop == 0 {
		s.stop = syscall.SIGTERM
	}

	if s.patience == 0 {
		s.patience = time.Minute
	}

	logFile, err := h.openLog(s.name)
	if err != nil {
		return nil, err
	}

	defer func() { _ = logFile.Close() }()

	command := exec.Command(s.program, s.arguments...)
	command.Dir = "/"
	command.Env = s.environ
	command.Stdout, command.Stderr = logFile, logFile
	// A group of its own keeps the terminal's Ctrl-C away from it: whoever started it decides when it ends.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: s.stop, Credential: s.user}

	process := &Process{
		name: s.name, address: s.address, logFile: logFile.Name(), command: command, stop: s.stop, patience: s.patience,
		cleanup: s.cleanup, done: make(chan struct{}),
	}

	if err := process.run(s.namespace); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.name, err)
	}

	if s.ready == nil {
		return process, nil
	}

	if err := process.WaitReady(ctx, s.ready); err != nil {
		return nil, errors.Join(err, process.Stop(context.WithoutCancel(ctx)))
	}

	return process, nil
}

// run starts the command and watches it from a thread of its own: Pdeathsig is sent when the thread that started the
// child ends, which a thread of Go's pool may do long before the process.
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

// WaitReady returns nil once ready does. It gives up when the daemon ends, after two minutes, and with ctx, and then says what
// the daemon's log ends with.
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

// environment is the environment of the daemons: this process's own without what concerns only Zeitwork, with the
// daemons' binaries found first.
func environment(bin string, more ...string) []string {
	kept := []string{"PATH=" + bin + ":" + os.Getenv("PATH")}

	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if name != "PATH" && !strings.HasPrefix(name, "ZEITWORK_") && !strings.HasPrefix(name, "OTEL_") && !strings.HasPrefix(name, "PG") {
			kept = append(kept, variable)
		}
	}

	return append(kept, more...)
}
