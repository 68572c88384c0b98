package conformance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// cleanupTime bounds the cleaning up behind the checks, which goes on when they are interrupted.
const cleanupTime = 5 * time.Minute

// Report is what a run of the checks has found.
type Report struct {
	Runtime  string    `json:"runtime"`
	Findings []Finding `json:"items"`
	// AgentLog is the file with the log of the agent, which is kept where a check has failed.
	AgentLog string `json:"agent_log,omitempty"`
}

// Run runs the checks on this machine and removes all that they made. The error is a sentence for the operator where they could not begin, were interrupted, or
// left something behind; a check that fails is a finding and no error. The binary that calls it must be static, and must do the work of the zeitwork
// binary for the arguments nodeagent, vm-logger and app.Command.
func Run(ctx context.Context, options Options, observer Observer) (Report, error) {
	t, err := newTrial(options)
	if err != nil {
		return Report{}, err
	}

	checks, err := choose(options.Only)
	if err != nil {
		return Report{}, err
	}

	release, err := t.prepare(ctx)
	if err != nil {
		return Report{}, err
	}

	report := Report{Runtime: t.config.Runtime}

	report.Findings, err = t.checkAll(ctx, checks, observer)
	if Count(report.Findings, Failed) > 0 || (err != nil && ctx.Err() == nil) {
		report.AgentLog = t.keepLog()
	}

	cleaning, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()

	cleanErr := t.cleanUp(cleaning)
	if cleanErr == nil {
		cleanErr = os.RemoveAll(string(t.home))
	}

	release()

	return report, errors.Join(err, cleanErr)
}

// prepare takes the data folder for this run, removes what an earlier one has left, and refuses where the checks cannot begin.
func (t *trial) prepare(ctx context.Context) (release func(), err error) {
	if err := t.checkMachine(ctx); err != nil {
		return nil, err
	}

	unlock, err := t.home.Lock()
	if err != nil {
		return nil, fmt.Errorf("the checks run already: %w", err)
	}

	defer func() {
		if err != nil {
			unlock()
		}
	}()

	if err := t.cleanUp(ctx); err != nil {
		return nil, err
	}

	if err := t.checkRanges(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(string(t.home)))
	}

	return unlock, os.WriteFile(t.home.Folder(rangeFile), []byte(t.options.Range.String()), 0o600)
}

func (t *trial) checkAll(ctx context.Context, checks []Check, observer Observer) ([]Finding, error) {
	checking, broken := context.WithCancelCause(ctx)
	defer broken(nil)

	t.broken = broken

	if err := t.begin(checking); err != nil {
		return nil, err
	}

	findings := newRunner(t, observer).run(checking, checks)

	switch {
	case ctx.Err() != nil:
		return findings, errors.New("the checks were interrupted; what they made is removed")
	case checking.Err() != nil:
		return findings, context.Cause(checking)
	default:
		return findings, nil
	}
}

// keepLog copies the agent's log to a file that stays, and returns its path; nothing where that fails.
func (t *trial) keepLog() string {
	if t.agent == nil {
		return ""
	}

	content, err := os.ReadFile(t.agent.LogFile())
	if err != nil {
		return ""
	}

	file, err := os.CreateTemp("", "zeitwork-conformance-*.log")
	if err != nil {
		return ""
	}

	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err != nil {
		return ""
	}

	return file.Name()
}
