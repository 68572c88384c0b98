package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"

	bootstrap "github.com/containerd/containerd/api/runtime/bootstrap/v1"
	"github.com/containerd/containerd/api/types"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/containerd/v2/pkg/shim"
)

const (
	handler = "io.containerd.runc.v2"
	// group is the name under which all VMs find the one process.
	group = "stub"

	protocolVersion = 3
	killed          = 128 + int(syscall.SIGKILL)
)

// manager starts the process that serves all VMs.
type manager struct{}

// Name is that of the runtime handler whose place it takes.
func (manager) Name() string { return handler }

// Start returns where the process listens, and starts it where it does not.
func (manager) Start(ctx context.Context, params *bootstrap.BootstrapParams) (*bootstrap.BootstrapResult, error) {
	address, err := shim.CreateSocketAddress(ctx, params.GetSocketDir(), params.GetContainerdGrpcAddress(), group, false)
	if err != nil {
		return nil, fmt.Errorf("name the socket: %w", err)
	}

	result := &bootstrap.BootstrapResult{Version: protocolVersion, Protocol: "ttrpc", Address: address}

	socket, err := shim.NewSocket(address)
	if shim.SocketEaddrinuse(err) && shim.CanConnect(address) {
		return result, nil
	}

	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}

	return result, startProcess(ctx, params, socket)
}

func startProcess(ctx context.Context, params *bootstrap.BootstrapParams, socket *net.UnixListener) error {
	namespace, err := namespaces.NamespaceRequired(ctx)
	if err != nil {
		return fmt.Errorf("find the namespace: %w", err)
	}

	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this binary: %w", err)
	}

	file, err := socket.File()
	if err != nil {
		return fmt.Errorf("hand the socket on: %w", err)
	}

	arguments := []string{"-namespace", namespace, "-id", params.GetInstanceID(), "-address", params.GetContainerdGrpcAddress()}
	command := exec.Command(self, arguments...) //nolint:noctx // It outlives this process.
	command.ExtraFiles = []*os.File{file}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}

	return command.Start()
}

// Stop is asked for what a process has left that is gone.
func (manager) Stop(context.Context, string) (shim.StopStatus, error) {
	return shim.StopStatus{ExitedAt: time.Now(), ExitStatus: killed}, nil
}

// Info names the runtime.
func (manager) Info(context.Context, io.Reader) (*types.RuntimeInfo, error) {
	return &types.RuntimeInfo{Name: handler}, nil
}
