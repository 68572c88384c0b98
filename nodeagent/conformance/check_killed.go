package conformance

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// requestsBehind is how many more requests a visitor makes when all is as it was before.
const requestsBehind = 20

func checkAgentKilled(ctx context.Context, t *trial) outcome {
	visitor := t.visit(ctx, t.first)
	defer visitor.end()

	t.killAgent()
	t.platform.forget(t.first.ID)

	if err := t.startAgent(ctx); err != nil {
		return failure(err)
	}

	report, err := t.await(ctx, t.first, client.VMReportStateHealthy)
	if err != nil {
		return failure(err)
	}

	if other, found := lo.Find(t.platform.toldOf(t.first.ID), func(r told) bool { return r.State != client.VMReportStateHealthy }); found {
		return fail("The next agent told of the VM that it is %s before it was healthy: edges would have left it.", other.State)
	}

	if report.Restarts != 0 {
		return fail("The next agent started the VM again.")
	}

	visitor.await(ctx, requestsBehind)
	visitor.end()

	return visitor.outcome("Adopted by the next agent")
}

func checkContainerdKilled(ctx context.Context, t *trial) outcome {
	if t.options.RestartContainerd == "" {
		return skip("--restart-containerd UNIT or PID allows it.")
	}

	visitor := t.visit(ctx, t.first)
	defer visitor.end()

	if err := t.restartContainerd(ctx); err != nil {
		return failure(err)
	}

	// What the agent tells from here on is of the new one: it can start VMs again, and has the old one still.
	t.platform.forget(t.first.ID)

	fresh := t.withVM(ctx, nil, func(client.AssignedVM) outcome { return pass("") })
	if fresh.result != Passed {
		return fail("No VM starts behind the restart: %s", fresh.reason)
	}

	report, err := t.await(ctx, t.first, client.VMReportStateHealthy)
	if err != nil {
		return failure(err)
	}

	if report.Restarts != 0 {
		return fail("The VM was started again.")
	}

	visitor.await(ctx, requestsBehind)
	visitor.end()

	return visitor.outcome("It served on, and another one starts")
}

// restartContainerd kills containerd and waits until it serves again.
func (t *trial) restartContainerd(ctx context.Context) error {
	if pid, err := strconv.Atoi(t.options.RestartContainerd); err == nil {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			return fmt.Errorf("containerd, process %d, could not be killed: %w", pid, err)
		}
	} else if err := killUnit(ctx, t.options.RestartContainerd); err != nil {
		return err
	}

	const (
		pause   = 50 * time.Millisecond
		patient = time.Second
	)

	for deadline := time.Now().Add(t.options.Patience); ; time.Sleep(pause) {
		asking, cancel := context.WithTimeout(ctx, patient)
		serving, err := t.containerd.IsServing(asking)

		cancel()

		switch {
		case err == nil && serving:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case time.Now().After(deadline):
			return errors.Join(fmt.Errorf("containerd does not serve again within %s: does anything start it?", brief(t.options.Patience)), err)
		}
	}
}

// killUnit kills the processes of a systemd unit itself, not those of VMs in it, and starts it where systemd does not by itself.
func killUnit(ctx context.Context, unit string) error {
	for _, arguments := range [][]string{
		{"kill", "--kill-who=main", "--signal=SIGKILL", unit},
		{"start", unit},
	} {
		if output, err := exec.CommandContext(ctx, "systemctl", arguments...).CombinedOutput(); err != nil {
			return fmt.Errorf("systemctl %s %s: %w: %s", arguments[0], unit, err, strings.TrimSpace(string(output)))
		}
	}

	return nil
}
