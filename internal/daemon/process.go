package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
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

// spec is what start needs to know of a daemon.
type spec struct {
	name      string
	program   string
	arguments []string
	environ   []string
	address   string
	// user the daemon runs as; nil is the user of this process.
	user *syscall.Credential
	// stop is the signal that asks for an orderly end; zero is SIGTERM.
	stop syscall.Signal
	// patience is how long the daemon may take for that; zero is a minute.
	patience time.Duration
	cleanup  func(ctx context.Context) error
	// ready returns nil once the daemon answers.
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

	if err := process.run(); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.name, err)
	}

	if err := process.waitReady(ctx, s.ready); err != nil {
		return nil, errors.Join(err, process.Stop(context.WithoutCancel(ctx)))
	}

	return process, nil
}

// run starts the command and watches it from a thread of its own: Pdeathsig is sent when the thread that started the
// child ends, which a thread of Go's pool may do long before the process.
func (p *Process) run() error {
	started := make(chan error)

	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()

		err := p.command.Start()
		started <- err

		if err != nil {
			return
		}

		if err := p.command.Wait(); err != nil {
			p.err = fmt.Errorf("%s ended: %w", p.name, err)
		}

		close(p.done)
	}()

	return <-started
}

// waitReady returns nil once ready does, and otherwise says what the daemon's log ends with.
func (p *Process) waitReady(ctx context.Context, ready func(context.Context) error) error {
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
