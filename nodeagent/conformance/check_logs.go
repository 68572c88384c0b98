package conformance

import (
	"context"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

func checkLogs(ctx context.Context, t *trial) outcome {
	return t.withVM(ctx, nil, func(vm client.AssignedVM) outcome {
		if err := t.ask(ctx, vm, app.WritePath, nil, nil); err != nil {
			return failure(err)
		}

		if err := t.platform.awaitLine(ctx, t.options.Patience, vm.ID, app.LastLine); err != nil {
			return failure(err)
		}

		return lookAtLog(t.platform.log(vm.ID))
	})
}

// lookAtLog compares what arrived with what app.writeLog wrote.
func lookAtLog(lines []client.ShippedLogLine) outcome {
	find := func(stream client.ShippedLogLineStream, part string) (client.ShippedLogLine, bool) {
		return lo.Find(lines, func(l client.ShippedLogLine) bool { return l.Stream == stream && strings.Contains(l.Line, part) })
	}

	_, stdout := find(client.ShippedLogLineStreamStdout, app.StdoutLine)
	_, stderr := find(client.ShippedLogLineStreamStderr, app.StderrLine)
	long, cut := find(client.ShippedLogLineStreamStdout, "bytes of this line were left out")
	_, noted := find(client.ShippedLogLineStreamSystem, "lines were left out")
	burst := lo.CountBy(lines, func(l client.ShippedLogLine) bool { return l.Line == app.BurstLine })

	gap := slices.ContainsFunc(lo.Range(max(len(lines)-1, 0)), func(i int) bool { return lines[i+1].Sequence != lines[i].Sequence+1 })

	switch {
	case !stdout || !stderr:
		return fail("A line to stdout arrived: %t; a line to stderr arrived: %t.", stdout, stderr)
	case !cut || len(long.Line) > 2*vmlog.MaxLineBytes:
		return fail("A line of %s was not cut to %d bytes.", size(app.LongLineBytes), vmlog.MaxLineBytes)
	case burst >= app.BurstLines || !noted:
		return fail("Of a burst of %d lines %d arrived, and a line that tells of the rest: %t.", app.BurstLines, burst, noted)
	case gap:
		return fail("The numbers of the lines do not rise by one.")
	default:
		return pass("Both streams; a long line cut, %d of %d at once kept.", burst, app.BurstLines)
	}
}

func checkRelease(ctx context.Context, t *trial) outcome {
	const code = "3"

	vm := t.describe()
	vm.Kind, vm.Port, vm.Command = client.AssignedVMKindRelease, 0, &[]string{"/app", app.Command, app.Release, code}

	defer t.discard(vm)

	t.platform.assign(vm)

	report, err := t.await(ctx, vm, client.VMReportStateExited)
	if err != nil {
		return failure(err)
	}

	if got := lo.FromPtrOr(report.ExitCode, -1); got != 3 { //nolint:mnd // It is code.
		return fail("The command ended with exit code %s, and %d was reported.", code, got)
	}

	ran := lo.CountBy(t.platform.log(vm.ID), func(l client.ShippedLogLine) bool { return l.Line == app.ReleaseLine })
	if ran != 1 {
		return fail("The command ran %d times.", ran)
	}

	return pass("It ran once, and exit code %s was reported after %s.", code, brief(report.at.Sub(t.platform.assignedAt(vm.ID))))
}
