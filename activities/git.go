package activities

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/zeitwork/zeitwork/internal/egress"
)

const (
	// gitErrorBytes is how much of git's complaints is kept.
	gitErrorBytes = 16 << 10
	// gitKillGrace is how long git's output is waited for after it was killed.
	gitKillGrace = 2 * time.Second
	// noProxy listens nowhere: a command that asks no server cannot reach one.
	noProxy = "http://127.0.0.1:1"
	// slowTime is after how long a server that sends next to nothing is given up.
	slowTime = 30 * time.Second
)

// git runs git so that neither the machine's nor the repository's configuration has a say: no hooks, no credentials,
// no questions, no protocol that is not allowed.
type git struct {
	// config is a file that stands for the user's configuration.
	config string
	// protocols are git's names of what a URL may use ("https").
	protocols []string
	// directory is where it runs; empty for no repository.
	directory string
	// patience is how long a server may send next to nothing, in whole seconds; zero is slowTime.
	patience time.Duration
	// dialer makes its connections.
	dialer egress.Dialer
	// proxy is the URL of the proxy that it is to use; only remote sets it.
	proxy string
	// shown are the credentials of a repository; showing sets them.
	shown *shownCredentials
	// relayed is the URL that it fetches in the place of relayName; empty for none.
	relayed string
}

// gitError is what git said when it failed.
type gitError struct {
	command string
	stderr  string
	err     error
	// unreachable is why a server could not be connected to; nil where git failed for another reason.
	unreachable error
}

func (e *gitError) Error() string {
	return fmt.Sprintf("git %s: %v: %s", e.command, e.err, strings.TrimSpace(e.stderr))
}

func (e *gitError) Unwrap() error { return e.err }

// remote runs git for a command that asks a server, and returns what it wrote. git's connections are made by the dialer, those of redirects too.
func (g git) remote(ctx context.Context, arguments ...string) ([]byte, error) {
	proxy, err := egress.NewProxy(ctx, g.dialer)
	if err != nil {
		return nil, err
	}
	defer proxy.Close()

	g.proxy = proxy.URL()

	output, err := g.output(ctx, arguments...)
	if failure, ok := errors.AsType[*gitError](err); ok {
		failure.unreachable = proxy.Failure()
	}

	return output, err
}

// output runs git and returns what it wrote.
func (g git) output(ctx context.Context, arguments ...string) ([]byte, error) {
	stdout := &bytes.Buffer{}
	err := g.run(ctx, stdout, arguments...)

	return stdout.Bytes(), err
}

// stream runs git with what it reads, and has read take what it writes. The error is that of read where there is one; to return before the end of the
// output ends git.
func (g git) stream(ctx context.Context, stdin io.Reader, read func(output io.Reader) error, arguments ...string) error {
	output, written := io.Pipe()
	ended := make(chan error, 1)

	go func() {
		err := g.runWith(ctx, stdin, written, arguments...)
		_ = written.CloseWithError(err)
		ended <- err
	}()

	err := read(output)
	_ = output.CloseWithError(io.ErrClosedPipe)

	if failed := <-ended; err == nil {
		return failed
	}

	return err
}

// run writes git's output to stdout. The error is the context's cause where that ended the run, else a *gitError.
func (g git) run(ctx context.Context, stdout io.Writer, arguments ...string) error {
	return g.runWith(ctx, nil, stdout, arguments...)
}

func (g git) runWith(ctx context.Context, stdin io.Reader, stdout io.Writer, arguments ...string) error {
	stderr := &boundedBuffer{limit: gitErrorBytes}

	command := exec.CommandContext(ctx, "git", append(g.settings(), arguments...)...)
	command.Dir = g.directory
	command.Env = g.environment()
	command.Stdin = stdin
	command.Stdout = stdout
	command.Stderr = stderr
	command.WaitDelay = gitKillGrace
	// git has children of its own (the transport, index-pack): all of them end together.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }

	err := command.Run()

	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("git %s: %w", arguments[0], context.Cause(ctx))
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("git is not installed on this worker: %w", err)
	default:
		return &gitError{command: arguments[0], stderr: stderr.String(), err: err}
	}
}

func (g git) settings() []string {
	patience := cmp.Or(g.patience, slowTime)

	settings := []string{
		"-c", "http.proxy=" + cmp.Or(g.proxy, noProxy),
		"-c", "core.hooksPath=/dev/null",
		"-c", "credential.helper=",
		"-c", "gc.auto=0",
		"-c", "maintenance.auto=false",
		"-c", "protocol.version=2",
		"-c", "core.bigFileThreshold=8m",
		// What is fetched is thrown away: a pack is kept as it came, and not waited for until it is on disk.
		"-c", "fetch.unpackLimit=1",
		"-c", "core.fsync=none",
		// A server that stops sending is given up.
		"-c", "http.lowSpeedLimit=1000",
		"-c", "http.lowSpeedTime=" + strconv.Itoa(int(patience.Seconds())),
	}

	if g.shown != nil {
		// git would send the header wherever a redirect leads.
		settings = append(settings, "-c", "http.followRedirects=false")
	}

	return settings
}

func (g git) environment() []string {
	environment := []string{
		"HOME=/nonexistent",
		"LC_ALL=C", // Errors are told apart by git's words.
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=" + g.config,
		"GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_ASKPASS=",
		"GIT_LFS_SKIP_SMUDGE=1",
		"GIT_ALLOW_PROTOCOL=" + strings.Join(g.protocols, ":"),
	}

	// The proxy of the environment is that of git's proxy. A host of NO_PROXY would be reached past both.
	for _, name := range []string{"PATH", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"} {
		if value, ok := os.LookupEnv(name); ok {
			environment = append(environment, name+"="+value)
		}
	}

	switch {
	case g.shown != nil:
		environment = append(environment, g.shown.environment()...)
	case g.relayed != "":
		environment = append(environment, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+g.relayed+".insteadOf", "GIT_CONFIG_VALUE_0="+relayName)
	}

	return environment
}

// boundedBuffer keeps the beginning of what is written to it and drops the rest.
type boundedBuffer struct {
	bytes.Buffer

	limit int
}

func (b *boundedBuffer) Write(data []byte) (int, error) {
	if room := b.limit - b.Len(); room > 0 {
		b.Buffer.Write(data[:min(room, len(data))])
	}

	return len(data), nil
}
