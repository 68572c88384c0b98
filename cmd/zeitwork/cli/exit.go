package cli

import "errors"

// The exit codes of every command.
const (
	ExitOK          = 0   // The command is done.
	ExitFailure     = 1   // The platform failed, or the reason is unknown.
	ExitUsage       = 2   // The command cannot be done as it was given: its message says what to change.
	ExitApp         = 3   // The deployment failed because of the app: its message says what to change.
	ExitStopped     = 4   // The deployment was cancelled, a newer one took its place, its project was deleted, or it is held.
	ExitSignedOut   = 5   // There is no token, or the platform does not accept it.
	ExitInterrupted = 130 // Ctrl-C; a deployment under way continues.
)

// ExitCodes is the list of exit codes for help texts.
const ExitCodes = `Exit codes:
  0    done
  1    the platform failed or does not answer: trying again may help
  2    the command cannot be done as it was given: the message says what to change
  3    the deployment failed because of the app: the message says what to change
  4    the deployment was cancelled, replaced by a newer one, deleted with its project, or is held
  5    not signed in
  130  interrupted; a deployment under way continues`

// exitError is an error that decides the exit code.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }

func (e *exitError) Unwrap() error { return e.err }

// UsageError marks an error that the user can correct, which ends with ExitUsage.
func UsageError(err error) error { return &exitError{code: ExitUsage, err: err} }

func interrupted() error { return &exitError{code: ExitInterrupted, err: errors.New("interrupted")} }

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
