// Command testenv starts real daemons, runs a command that uses them, such as go test, and stops them again.
//
//	go run ./test/env [-only PART,PART…] COMMAND [ARGUMENT…]
//
// The parts are chromium, postgres, s3, registry, containerd, buildkitd, machine, tailnet, prometheus, and the tools sqlc, lint, generate and release, which
// are put on PATH.
// A part that this machine cannot run is left out, with a line that says why, and the tests that need it skip. These variables tell the
// command where the parts are:
//
//	ZEITWORK_TEST_DATABASE_URL  Postgres as superuser; it forgets everything in a crash
//	ZEITWORK_TEST_S3            URL of a bucket of an S3 server (region us-east-1), with the access key as user and the secret key as password
//	ZEITWORK_TEST_VERSITYGW     folder of that server's binary
//	ZEITWORK_TEST_REGISTRY      host:port of a registry that asks for no password
//	ZEITWORK_TEST_CONTAINERD    path of containerd's socket
//	ZEITWORK_TEST_BUILDKIT      URL of buildkitd, to which docker.io is that registry, below docker.io/
//	ZEITWORK_TEST_BUILDKIT_NETWORK  path of its network namespace, from which it reaches no other registry of this machine
//	ZEITWORK_TEST_MACHINE       folder with the disk of a Debian that an emulator starts
//	ZEITWORK_TEST_CHROMIUM      path of a browser
//	ZEITWORK_TEST_BIN           folder of the daemons' binaries
//
// Its exit code is the command's. `go run ./test/env bash` is a shell to run tests from.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code, err := run(ctx, os.Args[1:])

	stop()

	if err != nil {
		sayf("%v", err)
	}

	os.Exit(code)
}

func run(ctx context.Context, arguments []string) (code int, err error) {
	const usage, failed = 2, 1

	flags := flag.NewFlagSet("testenv", flag.ContinueOnError)
	only := flags.String("only", strings.Join(partNames(), ","), "the parts to start")

	if err := flags.Parse(arguments); err != nil {
		return usage, nil
	}

	if flags.NArg() == 0 {
		return usage, errors.New("say which command to run, as in: go run ./test/env gotestsum")
	}

	chosen, err := choose(strings.Split(*only, ","))
	if err != nil {
		return usage, err
	}

	environment, err := newEnvironment()
	if err != nil {
		return failed, err
	}

	// Started parts are stopped after Ctrl-C too.
	defer func() {
		if stopErr := environment.stop(context.WithoutCancel(ctx)); stopErr != nil {
			code, err = max(code, failed), errors.Join(err, stopErr)
		}
	}()

	if err := environment.start(ctx, chosen); err != nil {
		return failed, err
	}

	return runCommand(ctx, environment.variables, flags.Args())
}

// runCommand runs the command and returns its exit code. When ctx ends, the command is interrupted, and killed 30 seconds later.
func runCommand(ctx context.Context, environ, command []string) (int, error) {
	const patience = 30 * time.Second

	path, err := lookPath(command[0], environ)
	if err != nil {
		return 1, err
	}

	process := exec.CommandContext(ctx, path, command[1:]...)
	process.Env = environ
	process.Stdin, process.Stdout, process.Stderr = os.Stdin, os.Stdout, os.Stderr
	process.Cancel = func() error { return process.Process.Signal(os.Interrupt) }
	process.WaitDelay = patience

	err = process.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() > 0 {
		return exit.ExitCode(), nil
	}

	if err != nil {
		return 1, fmt.Errorf("run %s: %w", command[0], err)
	}

	return 0, nil
}

// lookPath finds a program on the PATH that the command will see, which is not this process's own.
func lookPath(program string, environ []string) (string, error) {
	if strings.Contains(program, "/") {
		return program, nil
	}

	for _, variable := range environ {
		folders, isPath := strings.CutPrefix(variable, "PATH=")
		if !isPath {
			continue
		}

		for folder := range strings.SplitSeq(folders, ":") {
			if path, err := exec.LookPath(folder + "/" + program); err == nil {
				return path, nil
			}
		}
	}

	return "", fmt.Errorf("%s is not on PATH: %w", program, exec.ErrNotFound)
}

func sayf(format string, values ...any) { fmt.Fprintf(os.Stderr, "testenv: "+format+"\n", values...) }
