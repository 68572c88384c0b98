package cli

import "errors"

// The exit codes of every command.
const (
	ExitOK          = 0   // The command is done.
	ExitFailure     = 1   // The platform failed, or the reason is unknown.
	ExitUsage       = 2   // The command was not understood.
	ExitApp         = 3   // The deployment failed because of the app: its message says what to change.
	ExitStopped     = 4   // The deployment was cancelled, a newer one took its place, or it is held until its project is unpinned.
	ExitSignedOut   = 5   // There is no token, or the platform does not accept it.
	ExitInterrupted = 130 // Ctrl-C; a deployment under way continues.
)

// ExitCodes is the list of exit codes for help texts.
const ExitCodes = `Exit codes:
  0    done
  1    the platform failed, or the reason is unknown
  2    the command was not understood
  3    the deployment failed because of the app: the message says what to change
  4    the deployment was cancelled, a newer one took its place, or it is held until its project is unpinned
  5    not signed in
  130  interrupted; a deployment under way continues`

// exitError is an error that decides the exit code.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }

func (e *exitError) Unwrap() error { return e.err }

// UsageError marks an error of the command line, which ends with ExitUsage.
func UsageError(err error) error { return &exitError{code: ExitUsage, err: err} }

// ExitCode returns the exit code that goes with a command's error.
func ExitCode(err error) int {
	if err == nil {
		return ExitOK
	}

	if exit, ok := errors.AsType[*exitError](err); ok {
		return exit.code
	}

	return ExitFailure
}
