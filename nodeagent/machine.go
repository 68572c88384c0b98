package nodeagent

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

const (
	// firstBackoff is short: the runtime may just have lost a VM that was serving.
	firstBackoff = 100 * time.Millisecond
	lastBackoff  = 30 * time.Second

	// unassignedGrace is for VMs that are not assigned: the agent finds them in containerd and does not know their own grace period.
	unassignedGrace = 10 * time.Second
	// unservedGrace is for VMs that were never healthy: no request has to end, but connections, as to a database, may have to be closed.
	unservedGrace = 5 * time.Second

	// flushTime is how long the report of a crash waits for the app's last lines to be shipped, so that a failure can show them.
	flushTime = time.Second

	maxMessage = 2000
)

// machine makes one VM what its assignment says. It ends when nothing is left of the VM and no assignment names it.
type machine struct {
	agent  *Agent
	id     uuid.UUID
	vm     *client.AssignedVM
	logger *slog.Logger
	logs   *logShipper

	// wanted ends when the VM is to be stopped. After that the VM is never started again.
	wanted    context.Context //nolint:containedctx // It is the time in which the VM is wanted; stop ends it.
	stop      context.CancelFunc
	forgotten chan struct{}
	forget    func()

	// mayHaveServed is false only where the agent knows that no request was sent to the VM since it started.
	mayHaveServed atomic.Bool
	// answeredAt is when the app last answered, in nanoseconds of Unix time; 0 where it was not healthy since it started, or does not run.
	answeredAt atomic.Int64
	// endTurn lets another VM of the node start. It may be called again and again.
	endTurn func()

	mu     sync.Mutex
	report client.VMReport
}

func newMachine(ctx context.Context, agent *Agent, id uuid.UUID, vm *client.AssignedVM) *machine {
	m := &machine{agent: agent, id: id, vm: vm, forgotten: make(chan struct{}), logger: agent.logger.With(logging.VM(id)), endTurn: func() {}}
	m.wanted, m.stop = context.WithCancel(ctx)
	m.report = client.VMReport{ID: id}
	m.mayHaveServed.Store(true)

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

	m.logs = agent.newLogShipper(m.logger, id, m.logFolder(), shipped)

	return m
}

// run keeps the VM running while it is wanted, then removes it. When ctx ends, run leaves the VM as it is, and returns once a start that is under
// way has ended or had some seconds for it.
func (m *machine) run(ctx context.Context) {
	defer m.stop()

	shipping := sync.WaitGroup{}
	defer shipping.Wait()

	shipContext, stopShipping := context.WithCancel(ctx)
	defer stopShipping()

	if m.vm != nil {
		shipping.Go(func() { m.logs.follow(shipContext) })

		if runsOnce(*m.vm) {
			m.runCommand()
		} else {
			m.keepRunning()
		}
	}

	retry := backoff{first: firstBackoff, last: lastBackoff}

	for ctx.Err() == nil {
		err := m.remove(ctx)
		if err == nil {
			break
		}

		m.logger.ErrorContext(ctx, "the VM could not be removed; it is tried again", logging.Error(err))
		retry.pause(ctx)
	}

	select {
	case <-m.forgotten:
	case <-ctx.Done():
	}
}

// keepRunning starts or adopts the VM, and starts it again whenever it ends, while it is wanted.
func (m *machine) keepRunning() {
	ctx := m.wanted

	var (
		retry    = backoff{first: firstBackoff, last: lastBackoff}
		restarts = newRestarts(m.agent.config.LongestRestartPause)
		counter  = &restartCounter{}
	)

	for ctx.Err() == nil {
		end, err := m.runOnce(ctx, counter)

		switch {
		case ctx.Err() != nil:
			return
		case err != nil && problem.IsUsers(err):
			m.cannotRun(ctx, err)

			return
		case err != nil:
			m.retryLater(ctx, err, &retry)

			continue
		}

		retry.reset()

		m.logger.InfoContext(ctx, "the app ended", slog.Int64("exit_code", int64(end.Code)), slog.Bool("out_of_memory", end.OutOfMemory))
		m.crashed(end)
		restarts.pause(ctx, end.Ran-end.silent)

		counter.restarts++

		m.agent.usage.restarted(m.id)
	}
}

// cannotRun reports why the VM cannot run, and waits until it is to be removed.
func (m *machine) cannotRun(ctx context.Context, err error) {
	m.logger.WarnContext(ctx, "the VM cannot run", logging.Error(err))
	m.set(client.VMReportStateFailed, problem.MessageOf(err))
	<-ctx.Done()
}

// retryLater reports why the VM does not run yet, and waits before the next attempt.
func (m *machine) retryLater(ctx context.Context, err error, retry *backoff) {
	m.logger.WarnContext(ctx, "the VM does not run yet; it is tried again", logging.Error(err))
	m.explain(explainRetry(err))

	if containers.IsDiskFull(err) {
		signal(m.agent.removed) // It removes unused images now, not within a minute.
	}

	retry.pause(ctx)
}

func (m *machine) folder() string { return filepath.Join(m.agent.config.vmFolder(), m.id.String()) }

func (m *machine) logFolder() string { return filepath.Join(m.folder(), "log") }

// vmNetwork returns the network of VMs. Its range is known once apply was called.
func (a *Agent) vmNetwork() *network.Network {
	a.mu.Lock()
	defer a.mu.Unlock()

	return a.network
}
