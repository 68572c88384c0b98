package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
)

// simulatedNode does what a node's agent does, with servers of this process for VMs: each says what the variable SAYS of its environment says. As an agent it
// tells only what the API has not taken yet, and all of it again after a report that failed.
type simulatedNode struct {
	api *client.ClientWithResponses

	mutex    sync.Mutex
	assigned map[uuid.UUID]client.AssignedVM
	servers  map[uuid.UUID]*http.Server
	told     map[uuid.UUID]client.VMReportState
	changed  chan struct{}
}

func newSimulatedNode(apiURL, token string) (*simulatedNode, error) {
	api, err := rig.NewClient(apiURL, token)

	return &simulatedNode{
		api: api, assigned: map[uuid.UUID]client.AssignedVM{}, servers: map[uuid.UUID]*http.Server{}, told: map[uuid.UUID]client.VMReportState{},
		changed: make(chan struct{}, 1),
	}, err
}

func (n *simulatedNode) poll(ctx context.Context) error {
	const wait = 5

	for ctx.Err() == nil {
		n.mutex.Lock()
		known := client.KnownAssignments{VMS: lo.MapToSlice(n.assigned, func(id uuid.UUID, vm client.AssignedVM) client.KnownVM {
			return client.KnownVM{ID: id, Version: lo.FromPtr(vm.Version)}
		})}
		n.mutex.Unlock()

		answer, err := n.api.GetAssignmentChangesWithResponse(ctx, &client.GetAssignmentChangesParams{WaitSeconds: new(int64(wait))}, known)
		if err == nil && answer.JSON200 != nil {
			n.apply(ctx, *answer.JSON200)
		}

		// Its network version is never the API's, which answers at once for that: it asks every so often.
		pauseFor(ctx, 50*time.Millisecond)
	}

	n.mutex.Lock()
	defer n.mutex.Unlock()

	for _, server := range n.servers {
		_ = server.Close()
	}

	return nil
}

func (n *simulatedNode) apply(ctx context.Context, changes client.AssignmentChanges) {
	n.mutex.Lock()
	defer n.mutex.Unlock()

	for _, vm := range changes.Removed {
		n.stop(vm)
		delete(n.assigned, vm)
		delete(n.told, vm)
	}

	for _, vm := range changes.VMS {
		if before, known := n.assigned[vm.ID]; known {
			vm.Environment = before.Environment
		}

		n.assigned[vm.ID] = vm

		if vm.DesiredState == client.AssignedVMDesiredStateStopped {
			n.stop(vm.ID)
		}
	}

	for id, vm := range n.assigned {
		if n.servers[id] == nil && vm.DesiredState != client.AssignedVMDesiredStateStopped {
			n.start(ctx, vm)
		}
	}

	select {
	case n.changed <- struct{}{}:
	default:
	}
}

func (n *simulatedNode) stop(vm uuid.UUID) {
	if server := n.servers[vm]; server != nil {
		_ = server.Close()
		delete(n.servers, vm)
	}
}

// start starts a VM. One whose address another one has still is tried again with the next poll.
func (n *simulatedNode) start(ctx context.Context, vm client.AssignedVM) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(vm.IP, strconv.FormatInt(vm.Port, 10)))
	if err != nil {
		return
	}

	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, vm.Environment["SAYS"])
	})}
	n.servers[vm.ID] = server

	go func() { _ = server.Serve(listener) }()
}

func (n *simulatedNode) report(ctx context.Context) error {
	const interval = time.Second

	for ctx.Err() == nil {
		if err := n.tell(ctx); err != nil {
			n.mutex.Lock()
			clear(n.told)
			n.mutex.Unlock()
		}

		select {
		case <-n.changed:
		case <-time.After(interval):
		case <-ctx.Done():
		}
	}

	return nil
}

func (n *simulatedNode) tell(ctx context.Context) error {
	n.mutex.Lock()

	states := map[uuid.UUID]client.VMReportState{}

	for id, vm := range n.assigned {
		switch {
		case vm.DesiredState == client.AssignedVMDesiredStateStopped:
			states[id] = client.VMReportStateRemoved
		case n.servers[id] != nil:
			states[id] = client.VMReportStateHealthy
		default:
			states[id] = client.VMReportStateStarting
		}
	}

	news := lo.OmitBy(states, func(id uuid.UUID, state client.VMReportState) bool { return n.told[id] == state })
	n.mutex.Unlock()

	answer, err := n.api.ReportNodeWithResponse(ctx, client.NodeReport{
		Runtime: "simulated", Version: "test", CPUMillis: 8000, MemoryBytes: 8 << 30,
		VMS: lo.MapToSlice(news, func(id uuid.UUID, state client.VMReportState) client.VMReport {
			return client.VMReport{ID: id, State: state}
		}),
	})
	if err == nil && answer.StatusCode() >= http.StatusMultipleChoices {
		err = errors.New(answer.Status())
	}

	if err != nil {
		return err
	}

	n.mutex.Lock()
	defer n.mutex.Unlock()

	n.told = lo.Assign(n.told, news)

	return nil
}

func pauseFor(ctx context.Context, duration time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(duration):
	}
}
