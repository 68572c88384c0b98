package nodeagent

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/client"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/network"
	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

const (
	// stableTime is how long a VM has to run for its next crash to count as the first.
	stableTime   = time.Minute
	firstBackoff = time.Second
	lastBackoff  = time.Minute

	// defaultGrace is for VMs that nobody assigned, of which only the remains are known.
	defaultGrace = 10 * time.Second

	// flushTime is how long a crash waits to be told until the last lines of the app were shipped, so that they are there to be shown.
	flushTime = time.Second

	maxMessage = 2000
)

// machine brings about what is wanted of one VM. It ends when nothing is left of the VM and nobody asks for it.
type machine struct {
	agent  *Agent
	id     uuid.UUID
	vm     *client.AssignedVM
	logger *slog.Logger
	logs   *logShipper

	// wanted ends when the VM is to be stopped; it never starts again.
	wanted    context.Context //nolint:containedctx // It is the machine's own lifetime, which others end by stop.
	stop      context.CancelFunc
	forgotten chan struct{}
	forget    func()

	mu     sync.Mutex
	report client.VMReport
}

func newMachine(ctx context.Context, agent *Agent, id uuid.UUID, vm *client.AssignedVM) *machine {
	m := &machine{agent: agent, id: id, vm: vm, forgotten: make(chan struct{}), logger: agent.logger.With(logging.VM(id))}
	m.wanted, m.stop = context.WithCancel(ctx)
	m.report = client.VMReport{ID: id}

	m.forget = sync.OnceFunc(func() {
		m.stop()
		close(m.forgotten)
	})

	var shipped int64

	if vm == nil {
		m.forget()
	} else {
		m.logger = m.logger.With(logging.Deployment(vm.DeploymentID))
		shipped = vm.LogSequence
	}

	m.logs = newLogShipper(agent.api, m.logger, id, vmlog.NewReader(m.logFolder(), shipped))

	return m
}

// run keeps the VM running while it is wanted, then removes it. When ctx ends it returns at once and leaves the VM as it is.
func (m *machine) run(ctx context.Context) {
	defer m.stop()

	shipping := sync.WaitGroup{}
	defer shipping.Wait()

	shipContext, stopShipping := context.WithCancel(ctx)
	defer stopShipping()

	if m.vm != nil {
		shipping.Go(func() { m.logs.follow(shipContext) })
		m.keepRunning(m.wanted)
	}

	for retry := firstBackoff; ctx.Err() == nil; retry = min(2*retry, lastBackoff) {
		err := m.remove(ctx)
		if err == nil {
			break
		}

		m.logger.ErrorContext(ctx, "the VM could not be removed; it is tried again", logging.Error(err))
		pause(ctx, retry)
	}

	select {
	case <-m.forgotten:
	case <-ctx.Done():
	}
}

// keepRunning starts the VM, or finds it running, and starts it again when it ends, until ctx ends or it turns out to be impossible.
func (m *machine) keepRunning(ctx context.Context) {
	var (
		retry   = firstBackoff
		backoff = firstBackoff
		counter = &restartCounter{}
	)

	for ctx.Err() == nil {
		started := time.Now()
		exit, err := m.runOnce(ctx, counter)

		switch {
		case ctx.Err() != nil:
			return
		case err != nil && problem.IsUsers(err):
			m.logger.WarnContext(ctx, "the VM cannot run", logging.Error(err))
			m.set(client.VMReportStateFailed, problem.MessageOf(err))
			<-ctx.Done()

			return
		case err != nil:
			m.logger.WarnContext(ctx, "the VM does not run yet; it is tried again", logging.Error(err))
			m.explain("The node tries again: " + reason(err))
			pause(ctx, retry)

			retry = min(2*retry, lastBackoff)

			continue
		}

		if retry = firstBackoff; time.Since(started) >= stableTime {
			backoff = firstBackoff
		}

		m.logger.InfoContext(ctx, "the app ended", slog.Int64("exit_code", int64(exit.Code)), slog.Bool("out_of_memory", exit.OutOfMemory))
		m.crashed(exit, m.vm.MemoryBytes)
		pause(ctx, backoff)

		backoff = min(2*backoff, lastBackoff)
		counter.restarts++
	}
}

// restartCounter goes over from the labels of an adopted VM.
type restartCounter struct {
	known    bool
	restarts int64
}

// runOnce brings the VM to run and returns how it ended.
func (m *machine) runOnce(ctx context.Context, counter *restartCounter) (containers.Exit, error) {
	vm, err := m.describe()
	if err != nil {
		return containers.Exit{}, err
	}

	task, restarts, err := m.agent.runtime.Adopt(ctx, vm)
	if err != nil {
		return containers.Exit{}, fmt.Errorf("look for the running VM: %w", err)
	}

	if !counter.known {
		counter.known, counter.restarts = true, restarts
		m.restarted(restarts)
	}

	adopted := task != nil
	if !adopted {
		task, err = m.start(ctx, vm, counter.restarts)
	} else {
		_, err = m.agent.vmNetwork().Attach(m.id, vm.Address)
	}

	if err != nil {
		return containers.Exit{}, err
	}

	m.restarted(counter.restarts)

	exit, err := m.watch(ctx, task, vm.Address, adopted)
	if err != nil {
		return containers.Exit{}, fmt.Errorf("watch the VM: %w", err)
	}

	if err := task.Delete(ctx); err != nil {
		return containers.Exit{}, fmt.Errorf("clean up behind the VM's end: %w", err)
	}

	flush, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()

	m.logs.flush(flush)

	return exit, nil
}

func (m *machine) start(ctx context.Context, vm containers.VM, restarts int64) (*containers.Task, error) {
	if restarts == 0 {
		m.set(client.VMReportStatePulling, "")
	}

	if err := m.agent.runtime.Pull(ctx, m.id, vm.Image); err != nil {
		return nil, fmt.Errorf("fetch the image: %w", err)
	}

	m.set(client.VMReportStateStarting, "")

	if _, err := m.agent.vmNetwork().Attach(m.id, vm.Address); err != nil {
		return nil, fmt.Errorf("attach the network: %w", err)
	}

	if err := vmlog.Prepare(vm.LogFolder, m.vm.LogSequence); err != nil {
		return nil, fmt.Errorf("prepare the log: %w", err)
	}

	task, err := m.agent.runtime.Start(ctx, vm, restarts)
	if err != nil {
		return nil, fmt.Errorf("start the VM: %w", err)
	}

	m.logger.InfoContext(ctx, "the VM started", slog.Int64("restarts", restarts))

	return task, nil
}

// watch probes the VM until it ends. An adopted one counts as healthy until it fails: what has served through a restart of the agent
// must not lose a request to it.
func (m *machine) watch(ctx context.Context, task *containers.Task, address netip.Addr, adopted bool) (containers.Exit, error) {
	if !adopted {
		m.set(client.VMReportStateRunning, "")
	}

	probing, stop := context.WithCancel(ctx)
	done := make(chan struct{})

	go func() {
		defer close(done)

		m.probe(probing, task.PID(), address, adopted)
	}()

	exit, err := task.Wait(ctx)

	stop()
	<-done

	if err != nil {
		return exit, fmt.Errorf("wait for the VM's end: %w", err)
	}

	return exit, nil
}

// remove stops the VM and removes all of it.
func (m *machine) remove(ctx context.Context) error {
	m.set(client.VMReportStateStopping, "")

	grace := defaultGrace
	if m.vm != nil {
		grace = time.Duration(m.vm.GraceSeconds) * time.Second
	}

	if err := m.agent.runtime.Stop(ctx, m.id, grace); err != nil {
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

	m.set(client.VMReportStateRemoved, "")
	signal(m.agent.removed)
	m.logger.InfoContext(ctx, "the VM was removed")

	return nil
}

// describe returns the VM as the runtime wants it.
func (m *machine) describe() (containers.VM, error) {
	address, err := netip.ParseAddr(m.vm.IP)
	if err != nil {
		return containers.VM{}, fmt.Errorf("read the VM's address: %w", err)
	}

	return containers.VM{
		ID: m.id, DeploymentID: m.vm.DeploymentID, Image: m.vm.Image, Address: address, Port: m.vm.Port,
		CPUMillis: m.vm.CPUMillis, MemoryBytes: m.vm.MemoryBytes, PIDs: m.vm.PIDS, Environment: m.vm.Environment,
		NetworkNamespace: m.agent.vmNetwork().NamespacePath(m.id), Folder: m.folder(), LogFolder: m.logFolder(),
	}, nil
}

func (m *machine) folder() string { return filepath.Join(m.agent.config.vmFolder(), m.id.String()) }

func (m *machine) logFolder() string { return filepath.Join(m.folder(), "log") }

// vmNetwork returns the network of VMs, once its range is known.
func (a *Agent) vmNetwork() *network.Network {
	a.mu.Lock()
	defer a.mu.Unlock()

	return a.network
}
