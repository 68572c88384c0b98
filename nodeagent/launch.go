package nodeagent

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/faultpoint"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

// The fault points around the effects of a VM's life.
const (
	faultStart  = "vm_start"
	faultRemove = "vm_remove"
)

// restartCounter counts the restarts of a VM. It begins with the number in the labels of an adopted VM.
type restartCounter struct {
	known    bool
	restarts int64
}

// ending is how a VM ended.
type ending struct {
	containers.Exit

	// silent is how long its app was silent, where the agent ended it because it hung.
	silent time.Duration
}

// runOnce starts or adopts the VM, waits for its end, and returns how it ended.
func (m *machine) runOnce(ctx context.Context, counter *restartCounter) (ending, error) {
	vm, err := m.describe()
	if err != nil {
		return ending{}, err
	}

	task, restarts, err := m.agent.runtime.Adopt(ctx, vm)
	if err != nil {
		return ending{}, fmt.Errorf("look for the running VM: %w", err)
	}

	adopted := task != nil

	defer func() { m.endTurn() }()

	if !counter.known {
		counter.known, counter.restarts = true, restarts
		m.restarted(restarts)
	}

	if !adopted {
		task, err = m.start(ctx, vm, counter.restarts)
	} else {
		_, err = m.agent.vmNetwork().Attach(m.id, vm.Address)
	}

	if err != nil {
		return ending{}, err
	}

	m.restarted(counter.restarts)

	ended, err := m.watch(ctx, task, vm.Address, adopted)
	if err != nil {
		return ending{}, fmt.Errorf("watch the VM: %w", err)
	}

	if err := task.Delete(ctx); err != nil {
		return ending{}, fmt.Errorf("clean up after the VM's end: %w", err)
	}

	ended.Code = m.exitCode(ended.Code)

	flush, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()

	m.logs.flush(flush)

	return ended, nil
}

func (m *machine) start(ctx context.Context, vm containers.VM, restarts int64) (*containers.Task, error) {
	// The message of a failed attempt stays readable during the next one.
	if restarts == 0 && m.state().State != client.VMReportStatePulling {
		m.set(client.VMReportStatePulling, "")
	}

	if err := m.agent.runtime.Pull(ctx, m.id, vm.Image); err != nil {
		return nil, fmt.Errorf("fetch the image: %w", err)
	}

	if err := m.awaitTurn(ctx); err != nil {
		return nil, err
	}

	if err := m.prepare(ctx, vm); err != nil {
		return nil, err
	}

	if restarts == 0 && !vm.Once {
		m.mayHaveServed.Store(false)
	}

	m.set(client.VMReportStateStarting, "")
	m.forgetOutOfMemory()

	if err := vmlog.Prepare(vm.LogFolder, m.vm.LogSequence); err != nil {
		return nil, fmt.Errorf("prepare the log: %w", err)
	}

	signal(m.logs.wake)

	faultpoint.Reach(faultStart, faultpoint.Before)

	task, err := m.agent.runtime.Start(ctx, vm, restarts)
	if err != nil {
		return nil, fmt.Errorf("start the VM: %w", err)
	}

	faultpoint.Reach(faultStart, faultpoint.After)
	m.beginMeasuring()

	m.logger.InfoContext(ctx, "the VM started", slog.Int64("restarts", restarts))

	return task, nil
}

// prepare removes what an earlier start has left, and only then attaches a fresh network: a task that is left could reach into it.
// A VM that runs from another description may be serving, and gets its grace.
func (m *machine) prepare(ctx context.Context, vm containers.VM) error {
	if err := m.agent.runtime.Stop(ctx, m.id, m.grace()); err != nil {
		return fmt.Errorf("stop the VM as it was before: %w", err)
	}

	if err := m.agent.runtime.Clear(ctx, m.id); err != nil {
		return fmt.Errorf("remove what an earlier start left: %w", err)
	}

	if _, err := m.agent.vmNetwork().Renew(m.id, vm.Address); err != nil {
		return fmt.Errorf("attach the network: %w", err)
	}

	return nil
}

// watch probes the VM until it ends, and ends it when its app hangs. An adopted VM counts as healthy until its probes fail: one that served during a
// restart of the agent must keep getting requests.
func (m *machine) watch(ctx context.Context, task *containers.Task, address netip.Addr, adopted bool) (ending, error) {
	if !adopted {
		m.set(client.VMReportStateRunning, "")
	}

	if adopted && task.WasHealthy() {
		m.answeredAt.Store(time.Now().UnixNano())
	}

	turn := time.AfterFunc(turnTime, m.endTurn)
	defer turn.Stop()

	probing, stop := context.WithCancel(ctx)
	silent := make(chan time.Duration, 1)

	go func() {
		lasts := m.probe(probing, task.PID(), address, adopted)
		if lasts > 0 {
			m.endHung(probing, lasts)
		}

		silent <- lasts
	}()

	exit, err := m.wait(ctx, task)

	stop()

	ended := ending{exit, <-silent}

	m.answeredAt.Store(0)

	if err != nil {
		return ended, fmt.Errorf("wait for the VM's end: %w", err)
	}

	return ended, nil
}

// remove stops the VM and removes all of it.
func (m *machine) remove(ctx context.Context) error {
	m.set(client.VMReportStateStopping, "")
	faultpoint.Reach(faultRemove, faultpoint.Before)

	if err := m.agent.runtime.Stop(ctx, m.id, m.grace()); err != nil {
		return fmt.Errorf("stop the VM: %w", err)
	}

	if err := m.agent.runtime.Remove(ctx, m.id); err != nil {
		return fmt.Errorf("remove the VM: %w", err)
	}

	if err := m.agent.vmNetwork().Detach(m.id); err != nil {
		return fmt.Errorf("detach the VM's network: %w", err)
	}

	if m.vm != nil {
		flush, cancel := context.WithTimeout(ctx, flushTime)
		defer cancel()

		m.logs.flush(flush)
	}

	if err := os.RemoveAll(m.folder()); err != nil {
		return fmt.Errorf("remove the VM's files: %w", err)
	}

	faultpoint.Reach(faultRemove, faultpoint.After)
	m.set(client.VMReportStateRemoved, "")
	signal(m.agent.removed)
	m.logger.InfoContext(ctx, "the VM was removed")

	return nil
}

// grace returns how long the VM may take to end after SIGTERM.
func (m *machine) grace() time.Duration {
	if m.vm == nil {
		return unassignedGrace
	}

	assigned := time.Duration(m.vm.GraceSeconds) * time.Second
	if m.mayHaveServed.Load() {
		return assigned
	}

	return min(assigned, unservedGrace)
}

// describe returns the runtime's description of the VM.
func (m *machine) describe() (containers.VM, error) {
	address, err := netip.ParseAddr(m.vm.IP)
	if err != nil {
		return containers.VM{}, fmt.Errorf("read the VM's address: %w", err)
	}

	return containers.VM{
		ID: m.id, DeploymentID: m.vm.DeploymentID, Image: m.vm.Image, Command: lo.FromPtr(m.vm.Command), Once: runsOnce(*m.vm),
		Address: address, Port: m.vm.Port,
		CPUMillis: m.vm.CPUMillis, MemoryBytes: m.vm.MemoryBytes, PIDs: m.vm.PIDS, Environment: m.vm.Environment,
		Facts:            lo.FromPtr(m.vm.Facts),
		NetworkNamespace: m.agent.vmNetwork().NamespacePath(m.id), LogFolder: m.logFolder(),
	}, nil
}
