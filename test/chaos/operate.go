package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/test/rig"
)

// operate changes what runs on a node, as whoever operates it does. Its VMs must run on: the same processes as before.
func (h *harness) operate(ctx context.Context, d disturbance) (string, time.Time, error) {
	if err := rig.Sleep(ctx, d.after); err != nil {
		return "", time.Now(), err
	}

	number := int(d.target[len(d.target)-1] - '0')
	m := h.machines[number-1]

	before, err := m.processes(ctx)
	if err != nil {
		return d.target, time.Now(), err
	}

	at := time.Now()

	switch d.means { //nolint:exhaustive // The others are none of an operator.
	case meansFlush:
		err = flushRules(ctx, m.node.NetworkNamespace, flushes()[d.manner])
	case meansReconfigure:
		c := configurations()[d.manner]
		err = h.cluster.Reconfigure(ctx, number, c.logLevel, c.oomScore)
	case meansUpgrade:
		err = h.upgradeAgent(ctx, fmt.Sprintf("nodeagent-%d", number), takeovers()[d.manner])
	default:
		err = fmt.Errorf("%s is nothing that an operator does", d.means)
	}

	if err != nil {
		return d.target, at, err
	}

	after, err := m.processes(ctx)

	return d.target, at, errors.Join(err, sameProcesses(before, after))
}

// sameProcesses fails where a VM that ran before and runs now is another process.
func sameProcesses(before, after map[uuid.UUID]int) error {
	for vm, pid := range before {
		if now := after[vm]; now != 0 && now != pid {
			return fmt.Errorf("VM %s was process %d and is process %d: it was started again", vm, pid, now)
		}
	}

	return nil
}

// configuration is one of containerd's.
type configuration struct {
	logLevel string
	oomScore int
}

func configurations() []configuration {
	return []configuration{{logLevel: "debug"}, {logLevel: "warn", oomScore: -500}, {oomScore: -999}}
}

// takeover is how an agent takes over from another: whether that was killed, and with which settings.
type takeover struct {
	killed  bool
	environ []string
}

func takeovers() []takeover {
	other := []string{"ZEITWORK_NODE_VM_DISK_BYTES=9663676416", "ZEITWORK_NODE_VM_CONNECTIONS=4000", "ZEITWORK_NODE_HUNG_AFTER=50s"}
	usual := []string{"ZEITWORK_NODE_VM_DISK_BYTES=10737418240", "ZEITWORK_NODE_VM_CONNECTIONS=4096", "ZEITWORK_NODE_HUNG_AFTER=60s"}

	return []takeover{{killed: false, environ: other}, {killed: true, environ: other}, {killed: false, environ: usual}, {killed: true, environ: usual}}
}

// upgradeAgent ends an agent and has one of the other version take over.
func (h *harness) upgradeAgent(ctx context.Context, part string, t takeover) error {
	upgraded, err := h.upgraded()
	if err != nil {
		return err
	}

	program := upgraded
	if h.runsUpgraded[part] {
		program = h.program
	}

	h.runsUpgraded[part] = !h.runsUpgraded[part]

	if !t.killed {
		return h.cluster.Replace(ctx, part, program, t.environ...)
	}

	return errors.Join(h.cluster.Hold(ctx, part), h.cluster.Replace(ctx, part, program, t.environ...), h.cluster.Release(ctx, part))
}

// buildUpgraded builds the platform as another version.
func (h *harness) buildUpgraded(ctx context.Context) (string, error) {
	program := filepath.Join(h.scratch, "zeitwork-next")

	return program, rig.BuildVersion(ctx, program, "faultpoints", "v1000.0.0")
}
