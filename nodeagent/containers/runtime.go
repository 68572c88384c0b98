package containers

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"strings"

	"github.com/containerd/containerd/api/types/runtimeoptions/v1"
	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/leases"
	"github.com/containerd/containerd/v2/core/snapshots"
	"github.com/containerd/errdefs"
	"github.com/google/uuid"
	"github.com/samber/lo"
)

// The runtime handlers that the platform knows.
const (
	Kata = "io.containerd.kata.v2"
	// KataCloudHypervisor is the name under which they are installed beside Kata Containers with other hypervisors.
	KataCloudHypervisor = "io.containerd.kata-clh.v2"
	Runc                = "io.containerd.runc.v2"
)

// kataHandler matches the names under which Kata Containers are installed, one for each hypervisor.
var kataHandler = regexp.MustCompile(`^io\.containerd\.(kata(?:-[a-z0-9-]+)?)\.v2$`)

// IsKata tells whether the runtime handler is one of Kata Containers.
func IsKata(handler string) bool { return kataHandler.MatchString(handler) }

// Shim returns the name of the program that containerd starts for a runtime handler.
func Shim(handler string) string {
	return strings.ReplaceAll(strings.Replace(handler, "io.containerd", "containerd-shim", 1), ".", "-")
}

const (
	labelVM         = "zeitwork.vm-id"
	labelDeployment = "zeitwork.deployment-id"
	labelGeneration = "zeitwork.generation"
	labelRestarts   = "zeitwork.restarts"
	labelHealthy    = "zeitwork.healthy"
)

// Config is the configuration that all VMs of a node share.
type Config struct {
	// Handler is the containerd runtime handler.
	Handler string
	// HandlerConfig is the path of the handler's configuration file, which for Kata names the hypervisor. Empty: its default.
	HandlerConfig string
	Snapshotter   string
	// Registry is the host, with port, that gets the credentials. Insecure tells whether it speaks plain HTTP.
	Registry string
	Insecure bool
	Username string
	Password string
	// Realms are where the credentials may be sent beside Registry, as scheme and host.
	Realms []string
	// Signed sends requests for tokens of the registry with the node's signature; nil: they go without one.
	Signed http.RoundTripper
	// Init is the path of a static init on the node, which becomes PID 1 of every VM.
	Init string
	// Logger is the binary that the shim starts for each VM, with LoggerCommand as its argument.
	Logger        string
	LoggerCommand string
	Nameservers   []netip.Addr
	// Folder holds a folder for each VM, named by its id.
	Folder string
	// DiskBytes is the size of the disk of each VM, with the snapshotter Overlayfs; 0: it is the node's.
	DiskBytes int64
}

// VM describes one VM. Equal descriptions make the same VM.
type VM struct {
	ID           uuid.UUID
	DeploymentID uuid.UUID
	// Image is a reference by digest.
	Image string
	// Command replaces the image's own command; empty: the image's own.
	Command []string
	// Once says that the VM must never be begun twice; see FindOnce.
	Once        bool
	Address     netip.Addr
	Port        int64
	CPUMillis   int64
	MemoryBytes int64
	PIDs        int64
	Environment map[string]string
	// Facts are variables by which the platform tells the app what it is. They are no part of what the VM is: a platform that tells more starts
	// no VM anew.
	Facts map[string]string
	// NetworkNamespace is the path of the namespace that the VM is put into.
	NetworkNamespace string
	// LogFolder is given to the log process.
	LogFolder string
}

// Runtime runs VMs in one namespace of one containerd.
type Runtime struct {
	client *containerd.Client
	config Config
	blank  blankDisk
}

// New returns a Runtime. The client's default namespace belongs to this node alone.
func New(client *containerd.Client, config Config) *Runtime {
	return &Runtime{client: client, config: config}
}

// List returns the VMs of which containerd holds anything: a container, a snapshot, a lease or a protected shim.
func (r *Runtime) List(ctx context.Context) ([]uuid.UUID, error) {
	begun, err := r.ListBegun(ctx)
	if err != nil {
		return nil, err
	}

	snapshots, err := r.ListSnapshots(ctx)

	return lo.Union(begun, snapshots), err
}

// ListBegun returns the VMs of which containerd holds a container, a lease or a protected shim.
func (r *Runtime) ListBegun(ctx context.Context) ([]uuid.UUID, error) {
	var names []string

	list, err := r.client.ContainerService().List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list containers: %w", err)
	}

	for _, container := range list {
		names = append(names, container.ID)
	}

	held, err := r.client.LeasesService().List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list leases: %w", err)
	}

	for _, lease := range held {
		names = append(names, strings.TrimPrefix(lease.ID, leasePrefix))
	}

	kept, err := r.keptShims(ctx)
	if err != nil {
		return nil, err
	}

	return idsAmong(append(names, kept...)), nil
}

// ListSnapshots returns the VMs of which containerd holds the file system.
func (r *Runtime) ListSnapshots(ctx context.Context) ([]uuid.UUID, error) {
	var names []string

	err := r.client.SnapshotService(r.config.Snapshotter).Walk(ctx, func(_ context.Context, info snapshots.Info) error {
		names = append(names, info.Name)

		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list snapshots: %w", err)
	}

	return idsAmong(names), nil
}

// idsAmong returns the ids among names, each once.
func idsAmong(names []string) []uuid.UUID {
	return lo.Uniq(lo.FilterMap(names, func(name string, _ int) (uuid.UUID, bool) {
		id, err := uuid.Parse(name)

		return id, err == nil
	}))
}

// Remove kills the VM's task and removes its container, its snapshot and its lease, as far as they exist.
func (r *Runtime) Remove(ctx context.Context, vm uuid.UUID) error {
	if err := r.Clear(ctx, vm); err != nil {
		return err
	}

	if err := r.dropShim(ctx, vm.String()); err != nil {
		return err
	}

	if err := r.removeCgroups(vm); err != nil {
		return err
	}

	// A lease exists only where the start was cut short. The deletion is synchronous, so that the layers fetched by then are removed now.
	return r.release(ctx, vm, leases.SynchronousDelete)
}

// Clear kills the VM's task and removes its container and its snapshot, as far as they exist, so that it can be started anew.
func (r *Runtime) Clear(ctx context.Context, vm uuid.UUID) error {
	container, err := r.client.LoadContainer(ctx, vm.String())
	if err == nil {
		err = r.removeTask(ctx, container)
	}

	if err = ignoreNotFound(err); err != nil {
		return fmt.Errorf("remove task: %w", err)
	}

	// The snapshot, which is removed with its container at the latest, cannot be while the disk is mounted there.
	if err := removeDisk(r.folder(vm)); err != nil {
		return err
	}

	// A task that could not be removed is reached through its container only.
	if container != nil {
		err = container.Delete(ctx)
	}

	if err = ignoreNotFound(err); err != nil {
		return fmt.Errorf("remove container: %w", err)
	}

	err = ignoreNotFound(r.client.SnapshotService(r.config.Snapshotter).Remove(ctx, vm.String()))
	if err != nil {
		return fmt.Errorf("remove snapshot: %w", err)
	}

	return nil
}

func (r *Runtime) removeTask(ctx context.Context, container containerd.Container) error {
	task, err := container.Task(ctx, nil)
	if err == nil {
		_, err = task.Delete(ctx, containerd.WithProcessKill)
	}

	if errdefs.IsNotFound(err) {
		return r.deleteUnfinished(ctx, container.ID())
	}

	return err
}

// handlerOptions returns the options that the runtime handler gets beside the specification.
func (c Config) handlerOptions() any {
	if c.HandlerConfig == "" {
		return nil
	}

	return &runtimeoptions.Options{TypeUrl: "io.containerd.kata.v2.options", ConfigPath: c.HandlerConfig}
}

func ignoreNotFound(err error) error {
	if errdefs.IsNotFound(err) {
		return nil
	}

	return err
}
