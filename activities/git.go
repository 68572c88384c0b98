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
)

const (
	// gitErrorBytes is how much of git's complaints is kept.
	gitErrorBytes = 16 << 10
	// gitKillGrace is how long git's output is waited for after it was killed.
	gitKillGrace = 2 * time.Second
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
}

// gitError is what git said when it failed.
type gitError struct {
	command string
	stderr  string
	err     error
}

func (e *gitError) Error() string {
	return fmt.Sprintf("git %s: %v: %s", e.command, e.err, strings.TrimSpace(e.stderr))
}

func (e *gitError) Unwrap() error { return e.err }

// output runs git and returns what it wrote.
func (g git) output(ctx context.Context, arguments ...string) ([]byte, error) {
	stdout := &bytes.Buffer{}
	err := g.run(ctx, stdout, arguments...)

	return stdout.Bytes(), err
}

// run writes git's output to stdout. The error is the context's cause where that ended the run, else a *gitError.
func (g git) run(ctx context.Context, stdout io.Writer, arguments ...string) error {
	stderr := &boundedBuffer{limit: gitErrorBytes}

	command := exec.CommandContext(ctx, "git", append(g.settings(), arguments...)...)
	command.Dir = g.directory
	command.Env = g.environment()
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

	return []string{
		"-c", "core.hooksPath=/dev/null",
		"-c", "credential.helper=",
		"-c", "gc.auto=0",
		"-c", "maintenance.auto=false",
		"-c", "protocol.version=2",
		"-c", "core.bigFileThreshold=8m",
		// What is fetched is thrown away: a pack is kept as it came, and not waited for until it is on disk.
		"-c", "fetch.unpackLimit=1",
		"-c", "core.fsync=none",
		"-c", "tar.umask=0022",
		// A server that stops sending is given up.
		"-c", "http.lowSpeedLimit=1000",
		"-c", "http.lowSpeedTime=" + strconv.Itoa(int(patience.Seconds())),
	}
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

	for _, name := range []string{
		"PATH", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO",
		"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
	} {
		if value, ok := os.LookupEnv(name); ok {
			environment = append(environment, name+"="+value)
		}
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
