package nodeagent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/google/uuid"
	"github.com/samber/lo"
	"go.opentelemetry.io/otel"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/iprange"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/network"
	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

// Agent runs the VMs of one node.
type Agent struct {
	config     Config
	logger     *slog.Logger
	api        *client.ClientWithResponses
	containerd *containerd.Client
	runtime    *containers.Runtime
	changed    chan struct{}
	removed    chan struct{}
	startedAt  time.Time
	usage      *usage
	told       told
	turns      *semaphore.Weighted
	logWatch   *logWatch
	// unlimitedDisks is why VMs may fill the node's disk, where they may although the configuration says otherwise.
	unlimitedDisks error
	// obstacle is what was last found of packet filters that keep everybody from VMs.
	obstacle atomic.Pointer[string]
	// complained says that the log tells already that interfaces of VMs have no filters of their own.
	complained atomic.Bool
	// containerdVersion is nil until containerd has answered.
	containerdVersion atomic.Pointer[string]
	// place is nil until the API has told it, and unreachable until the tailnet was looked at.
	place       atomic.Pointer[place]
	unreachable atomic.Pointer[string]

	mu sync.Mutex
	// refusedAt is when an API of the version before refused what the agent tells for people to read. The last report of an agent that stops is sent while
	// the one before it may be under way.
	refusedAt time.Time
	// looks are what was found since the last report that nobody needs.
	looks   []client.LookReport
	network *network.Network
	// remembered is what is on disk of the isolation of VMs.
	remembered isolation
	assigned   map[uuid.UUID]client.AssignedVM
	// sleeping are the images of deployments that sleep, and may start here again.
	sleeping []string
	machines map[uuid.UUID]*machine
	wait     sync.WaitGroup
}

// New returns an agent. Without a Config.LogProgram containerd's shim starts the calling binary as the log process of each VM: when its first argument is
// vmlog.Command, the binary must call vmlog.Run with the second as the folder. New fails with a sentence for the operator where this machine cannot isolate
// VMs as configured.
func New(config Config, logger *slog.Logger) (*Agent, error) {
	if err := config.checkIsolation(); err != nil {
		return nil, err
	}

	for _, finding := range checkKata(config) {
		if !finding.OK {
			return nil, fmt.Errorf("%s: %s %s", finding.Part, finding.Detail, finding.Advice)
		}
	}

	unlimited, err := limitDisk(&config)
	if err != nil {
		return nil, err
	}

	if err := config.writeKataConfig(); err != nil {
		return nil, err
	}

	nameservers, err := config.nameservers()
	if err != nil {
		return nil, err
	}

	if !lo.EveryBy(nameservers, iprange.IsPublic) {
		logger.Warn("VMs ask nameservers that are not public, and may learn the names that these know: set ZEITWORK_VM_NAMESERVERS to public ones",
			slog.Any("nameservers", nameservers))
	}

	transport, err := config.transport()
	if err != nil {
		return nil, err
	}

	runtimeConfig, err := config.runtimeConfig(registryauth.NodeUser, vmlog.Command, nameservers, transport)
	if err != nil {
		return nil, err
	}

	api, err := config.api(transport)
	if err != nil {
		return nil, err
	}

	connection, err := containers.Connect(config.ContainerdSocket, config.ContainerdNamespace)
	if err != nil {
		return nil, fmt.Errorf("reach containerd at %s: %w", config.ContainerdSocket, err)
	}

	agent := &Agent{
		config: config, logger: logger, api: api, containerd: connection,
		runtime:   containers.New(connection, runtimeConfig),
		startedAt: time.Now(), unlimitedDisks: unlimited,
		changed: make(chan struct{}, 1), removed: make(chan struct{}, 1), machines: map[uuid.UUID]*machine{},
		network: config.network(netip.Prefix{}, nameservers),
		usage:   newUsage(), turns: newTurns(), logWatch: newLogWatch(logger),
	}

	if config.VMMetrics {
		return agent, agent.measureVMs(otel.GetMeterProvider())
	}

	return agent, nil
}

// Run reconciles the VMs until ctx ends, and returns nil then. It leaves the VMs running.
func (a *Agent) Run(ctx context.Context) error {
	if a.config.Runtime == containers.Runc {
		a.logger.WarnContext(ctx, "VMs run on runc: the host's kernel is all that isolates them. Run trusted code only.")
	}

	if a.unlimitedDisks != nil {
		a.logger.WarnContext(ctx, "The disks of VMs cannot be limited here: each VM may fill the node's.", logging.Error(a.unlimitedDisks))
	}

	a.recallIsolation(ctx)
	// The first report is not to say that nothing is in the way before anybody has looked.
	a.lookAtTailnet(ctx)

	group, ctx := errgroup.WithContext(ctx)

	group.Go(func() error { return a.poll(ctx) })
	group.Go(func() error { return a.report(ctx) })
	group.Go(func() error { return a.sweep(ctx) })
	group.Go(func() error { return a.measure(ctx) })
	group.Go(func() error { return a.logWatch.run(ctx) })
	group.Go(func() error { return a.watchOutOfMemory(ctx) })
	group.Go(func() error { return a.guard(ctx) })
	group.Go(func() error { return a.watchTailnet(ctx) })

	err := group.Wait()

	a.wait.Wait()

	if err := errors.Join(err, a.containerd.Close()); err != nil {
		return fmt.Errorf("node agent: %w", err)
	}

	return nil
}

// apply makes the list the node's assignments. Only the poll calls it, with complete lists.
func (a *Agent) apply(ctx context.Context, list client.Assignments) error {
	clusterRange, err := netip.ParsePrefix(list.ClusterRange)
	if err != nil {
		return fmt.Errorf("read the cluster range: %w", err)
	}

	a.place.Store(placeOf(list, clusterRange))

	edges, apps, renewed := edgesOf(list), appsOf(list), false

	// It runs programs, which nobody who asks for the agent's state is to wait for: it comes after the lock.
	defer func() {
		if renewed {
			a.forward(ctx, a.vmNetwork())
		}
	}()

	a.mu.Lock()
	defer a.mu.Unlock()

	if a.network.Range != clusterRange {
		changed := a.config.network(clusterRange, a.network.Nameservers)
		changed.Expect(edges, apps)

		if err := changed.Setup(); err != nil && problem.CodeOf(err) != problem.Unavailable {
			return fmt.Errorf("set up the network of VMs: %w", err)
		}

		a.network, renewed = changed, true
	}

	// A node that cannot isolate VMs stops those that are to stop, all the same. The network lets none start, and the guard tries again.
	if err := a.network.Admit(edges, apps); err != nil {
		a.logger.ErrorContext(ctx, notIsolated, logging.Error(err))
	}

	a.rememberIsolation(ctx, isolation{clusterRange, edges, apps})

	first := a.assigned == nil
	a.assigned, a.sleeping = map[uuid.UUID]client.AssignedVM{}, lo.FromPtr(list.Images)

	for _, vm := range list.VMS {
		a.assigned[vm.ID] = vm
	}

	a.reconcile(ctx)

	if first {
		signal(a.removed)
	}

	return nil
}

// reconcile starts and stops the goroutines of VMs as the assignments say. The caller holds the lock.
func (a *Agent) reconcile(ctx context.Context) {
	for id, vm := range a.assigned {
		m := a.machines[id]
		if m == nil && unspecified(vm) {
			continue
		}

		if m == nil {
			m = a.start(ctx, id, &vm)
		}

		if vm.DesiredState == client.AssignedVMDesiredStateStopped {
			m.stop()
		}
	}

	for id, m := range a.machines {
		if _, ok := a.assigned[id]; !ok {
			m.forget()
		}
	}
}

// start begins the goroutine of one VM. The caller holds the lock. Without an assignment it removes what is left of the VM.
func (a *Agent) start(ctx context.Context, id uuid.UUID, vm *client.AssignedVM) *machine {
	m := newMachine(ctx, a, id, vm)
	a.machines[id] = m

	// The API tells no environment of such a VM: it must not be looked at as one that is to run.
	if vm != nil && vm.DesiredState == client.AssignedVMDesiredStateStopped {
		m.stop()
	}

	a.wait.Go(func() {
		m.run(ctx)

		if ctx.Err() != nil {
			return
		}

		a.mu.Lock()
		defer a.mu.Unlock()

		delete(a.machines, id)
		a.reconcile(ctx)
		signal(a.removed)
	})

	return m
}

// signal wakes the reader of a channel with room for one. Where nobody reads at the moment, the next read returns at once.
func signal(channel chan struct{}) {
	select {
	case channel <- struct{}{}:
	default:
	}
}
