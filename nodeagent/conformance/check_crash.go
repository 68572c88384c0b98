package conformance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
)

const (
	crashes   = 10
	crashCode = 7
)

func checkCrash(ctx context.Context, t *trial) outcome {
	return t.withVM(ctx, nil, func(vm client.AssignedVM) outcome {
		var longest time.Duration

		for n := range int64(crashes) {
			took, err := t.crashOnce(ctx, vm, n+1)
			if err != nil {
				return fail("The start behind crash %d: %v.", n+1, err)
			}

			longest = max(longest, took)
		}

		return pass("Healthy again %d times, each within %s.", crashes, brief(longest))
	})
}

// crashOnce has the app crash and waits until it serves again, as another process in another network namespace. It returns how long that took.
func (t *trial) crashOnce(ctx context.Context, vm client.AssignedVM, restarts int64) (time.Duration, error) {
	// A namespace that is held open cannot be taken for another one.
	before, err := os.Open(t.namespacePath(vm))
	if err != nil {
		return 0, err
	}

	defer func() { _ = before.Close() }()

	first, err := t.started(ctx, vm)
	if err != nil {
		return 0, err
	}

	begun := time.Now()
	_ = t.ask(ctx, vm, fmt.Sprintf("%s?n=%d", app.ExitPath, crashCode), nil, nil) // It ends without an answer.

	report, err := t.platform.awaitReport(ctx, t.options.Patience, vm.ID, "healthy again", func(r client.VMReport) bool {
		return r.State == client.VMReportStateHealthy && r.Restarts == restarts
	})
	if err != nil {
		return 0, err
	}

	again, err := t.started(ctx, vm)
	if err != nil {
		return 0, err
	}

	switch code := lo.FromPtrOr(report.ExitCode, -1); {
	case again == first:
		return 0, errors.New("the app that crashed still runs")
	case code != crashCode:
		return 0, fmt.Errorf("it ended with exit code %d, and %d was reported", crashCode, code)
	case sameFile(before, t.namespacePath(vm)):
		return 0, errors.New("it has the network namespace of the start before")
	default:
		return report.at.Sub(begun), nil
	}
}

// sameFile tells whether the open file is the one at the path.
func sameFile(open *os.File, path string) bool {
	before, err := open.Stat()
	if err != nil {
		return false
	}

	now, err := os.Stat(path)
	if err != nil {
		return false
	}

	a, aOK := before.Sys().(*syscall.Stat_t)
	b, bOK := now.Sys().(*syscall.Stat_t)

	return aOK && bOK && a.Dev == b.Dev && a.Ino == b.Ino
}
