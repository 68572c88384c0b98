package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/containerd/cgroups/v3/cgroup2/stats"
	"github.com/containerd/containerd/api/events"
	runtimeapi "github.com/containerd/containerd/api/runtime/task/v3"
	"github.com/containerd/containerd/api/types/task"
	"github.com/containerd/containerd/v2/core/runtime"
	"github.com/containerd/containerd/v2/pkg/shim"
	"github.com/containerd/containerd/v2/pkg/shutdown"
	"github.com/containerd/containerd/v2/plugins"
	"github.com/containerd/errdefs"
	"github.com/containerd/errdefs/pkg/errgrpc"
	"github.com/containerd/plugin"
	"github.com/containerd/plugin/registry"
	"github.com/containerd/ttrpc"
	"github.com/containerd/typeurl/v2"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Plugins of shims register themselves.
func init() { //nolint:gochecknoinits // As above.
	registry.Register(&plugin.Registration{
		Type: plugins.TTRPCPlugin, ID: "task", Requires: []plugin.Type{plugins.EventPlugin, plugins.InternalPlugin},
		InitFn: func(ic *plugin.InitContext) (any, error) {
			publisher, err := ic.GetByID(plugins.EventPlugin, "publisher")
			if err != nil {
				return nil, fmt.Errorf("find the publisher of events: %w", err)
			}

			ending, err := ic.GetByID(plugins.InternalPlugin, "shutdown")
			if err != nil {
				return nil, fmt.Errorf("find what ends the process: %w", err)
			}

			//nolint:forcetypeassert // The ids say what they are.
			return &service{ctx: ic.Context, publisher: publisher.(shim.Publisher), shutdown: ending.(shutdown.Service), vms: map[string]*vm{}}, nil
		},
	})
}

// service is the tasks of all VMs. What no agent asks for is answered with "not implemented" by the service that it embeds.
type service struct {
	runtimeapi.TTRPCTaskService

	ctx       context.Context //nolint:containedctx // It is the process's.
	publisher shim.Publisher
	shutdown  shutdown.Service

	mu  sync.Mutex
	vms map[string]*vm
	// deletedAt is when a VM was deleted last.
	deletedAt time.Time
}

// RegisterTTRPC has a server serve the tasks.
func (s *service) RegisterTTRPC(server *ttrpc.Server) error { //nolint:unparam // The interface has an error.
	runtimeapi.RegisterTTRPCTaskService(server, s)

	return nil
}

func (s *service) find(id string) (*vm, error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if found := s.vms[id]; found != nil {
		return found, nil
	}

	return nil, errgrpc.ToGRPC(fmt.Errorf("there is no task %s: %w", id, errdefs.ErrNotFound))
}

func (s *service) publish(topic string, event any) { _ = s.publisher.Publish(s.ctx, topic, event) }

// Create starts the VM's log process.
func (s *service) Create(ctx context.Context, r *runtimeapi.CreateTaskRequest) (*runtimeapi.CreateTaskResponse, error) {
	made, err := newVM(ctx, r)
	if err != nil {
		return nil, errgrpc.ToGRPC(err)
	}

	s.mu.Lock()
	s.vms[r.GetID()] = made
	s.mu.Unlock()

	s.publish(runtime.TaskCreateEventTopic, &events.TaskCreate{ContainerID: r.GetID(), Bundle: r.GetBundle(), Rootfs: r.GetRootfs(), Pid: pid()})

	return &runtimeapi.CreateTaskResponse{Pid: pid()}, nil
}

// Start has the VM's app answer.
func (s *service) Start(_ context.Context, r *runtimeapi.StartRequest) (*runtimeapi.StartResponse, error) {
	found, err := s.find(r.GetID())
	if err != nil {
		return nil, err
	}

	if err := found.start(); err != nil {
		return nil, errgrpc.ToGRPC(err)
	}

	s.publish(runtime.TaskStartEventTopic, &events.TaskStart{ContainerID: r.GetID(), Pid: pid()})

	return &runtimeapi.StartResponse{Pid: pid()}, nil
}

// State tells whether the VM runs.
func (s *service) State(_ context.Context, r *runtimeapi.StateRequest) (*runtimeapi.StateResponse, error) {
	found, err := s.find(r.GetID())
	if err != nil {
		return nil, err
	}

	state := &runtimeapi.StateResponse{ID: r.GetID(), Bundle: found.bundle, Pid: pid(), Status: task.Status_CREATED, Stdout: found.stdout, Stderr: found.stderr}

	select {
	case <-found.ended:
		state.Status, state.ExitStatus, state.ExitedAt = task.Status_STOPPED, found.code, timestamppb.New(found.endedAt)
	default:
		if found.isStarted() {
			state.Status = task.Status_RUNNING
		}
	}

	return state, nil
}

// Wait returns when the VM has ended.
func (s *service) Wait(ctx context.Context, r *runtimeapi.WaitRequest) (*runtimeapi.WaitResponse, error) {
	found, err := s.find(r.GetID())
	if err != nil {
		return nil, err
	}

	select {
	case <-found.ended:
		return &runtimeapi.WaitResponse{ExitStatus: found.code, ExitedAt: timestamppb.New(found.endedAt)}, nil
	case <-ctx.Done():
		return nil, errgrpc.ToGRPC(ctx.Err())
	}
}

// Kill ends the VM, whatever the signal.
func (s *service) Kill(_ context.Context, r *runtimeapi.KillRequest) (*emptypb.Empty, error) {
	found, err := s.find(r.GetID())
	if err != nil {
		return nil, err
	}

	if found.end(r.GetSignal()) {
		s.publish(runtime.TaskExitEventTopic, &events.TaskExit{
			ContainerID: r.GetID(), ID: r.GetID(), Pid: pid(), ExitStatus: found.code, ExitedAt: timestamppb.New(found.endedAt),
		})
	}

	return &emptypb.Empty{}, nil
}

// Delete ends the VM's log process, when that has read everything.
func (s *service) Delete(_ context.Context, r *runtimeapi.DeleteRequest) (*runtimeapi.DeleteResponse, error) {
	found, err := s.find(r.GetID())
	if err != nil {
		return nil, err
	}

	found.end(0)

	if err := found.logs.close(); err != nil {
		return nil, errgrpc.ToGRPC(err)
	}

	s.mu.Lock()
	delete(s.vms, r.GetID())
	s.deletedAt = time.Now()
	s.mu.Unlock()

	exited := timestamppb.New(found.endedAt)
	s.publish(runtime.TaskDeleteEventTopic, &events.TaskDelete{ContainerID: r.GetID(), Pid: pid(), ExitStatus: found.code, ExitedAt: exited})

	return &runtimeapi.DeleteResponse{Pid: pid(), ExitStatus: found.code, ExitedAt: exited}, nil
}

// Connect tells which process this is.
func (s *service) Connect(context.Context, *runtimeapi.ConnectRequest) (*runtimeapi.ConnectResponse, error) {
	return &runtimeapi.ConnectResponse{ShimPid: pid(), TaskPid: pid()}, nil
}

// Pids are this process alone.
func (s *service) Pids(context.Context, *runtimeapi.PidsRequest) (*runtimeapi.PidsResponse, error) {
	return &runtimeapi.PidsResponse{Processes: []*task.ProcessInfo{{Pid: pid()}}}, nil
}

// Stats are those of an idle app.
func (s *service) Stats(_ context.Context, r *runtimeapi.StatsRequest) (*runtimeapi.StatsResponse, error) {
	if _, err := s.find(r.GetID()); err != nil {
		return nil, err
	}

	const memory = 32 << 20

	data, err := typeurl.MarshalAny(&stats.Metrics{
		CPU: &stats.CPUStat{UsageUsec: 1}, Memory: &stats.MemoryStat{Usage: memory},
	})
	if err != nil {
		return nil, errgrpc.ToGRPC(err)
	}

	return &runtimeapi.StatsResponse{Stats: &anypb.Any{TypeUrl: data.GetTypeUrl(), Value: data.GetValue()}}, nil
}

// Shutdown ends the process a moment after the last VM was deleted: what else was asked meanwhile is to be answered.
func (s *service) Shutdown(context.Context, *runtimeapi.ShutdownRequest) (*emptypb.Empty, error) {
	const moment = time.Second

	time.AfterFunc(moment, func() {
		s.mu.Lock()
		defer s.mu.Unlock()

		if len(s.vms) == 0 && time.Since(s.deletedAt) >= moment {
			s.shutdown.Shutdown()
		}
	})

	return &emptypb.Empty{}, nil
}

func pid() uint32 { return uint32(os.Getpid()) } //nolint:gosec // No id of a process is that large.
