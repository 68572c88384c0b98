package containers

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/contrib/seccomp"
	"github.com/containerd/containerd/v2/core/containers"
	"github.com/containerd/containerd/v2/pkg/oci"
	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/samber/lo"
	"golang.org/x/sys/unix"
)

const (
	// initPath is the path of the init inside the VM.
	initPath = "/.zeitwork/init"

	// cpuPeriod is the period, in microseconds, in which a VM may use its quota of processor time.
	cpuPeriod         = 100_000
	microsPerCPUMilli = cpuPeriod / 1000

	maxOpenFiles = 65_536
)

// specification returns the options that make the OCI specification of a VM from an image. The root filesystem is the VM's snapshot: writable,
// and removed with the VM.
func (r *Runtime) specification(image containerd.Image, vm VM) []oci.SpecOpts {
	options := []oci.SpecOpts{oci.WithImageConfig(image)}
	if len(vm.Command) > 0 {
		options = append(options, oci.WithProcessArgs(vm.Command...))
	}

	return append(options, r.isolation(vm)...)
}

// isolation returns the part of the specification that does not come from the image. Nothing in an image can widen it.
func (r *Runtime) isolation(vm VM) []oci.SpecOpts {
	return []oci.SpecOpts{
		withInit(),
		oci.WithEnv(environment(vm)),
		oci.WithHostname(vm.ID.String()),
		// Images keep files under /run; a tmpfs over it would hide them.
		oci.WithoutRunMount,
		oci.WithMounts(r.mounts(vm)),
		oci.WithLinuxNamespace(specs.LinuxNamespace{Type: specs.NetworkNamespace, Path: vm.NetworkNamespace}),
		withCgroupNamespace(),
		withSysctls(),
		oci.WithCapabilities(capabilities()),
		oci.WithNoNewPrivileges,
		oci.WithCPUCFS(vm.CPUMillis*microsPerCPUMilli, cpuPeriod),
		withMemory(vm.MemoryBytes),
		oci.WithPidsLimit(vm.PIDs),
		oci.WithRlimit(openFiles()),
		// The profile depends on the capabilities, so that it comes after them.
		seccomp.WithDefaultProfile(),
	}
}

// capabilities returns the capabilities that ordinary images need which start as root and change to another user: to own and reach their files
// (CHOWN, DAC_OVERRIDE, FOWNER, FSETID), to change the user (SETUID, SETGID), to end their workers (KILL) and to listen below port 1024
// (NET_BIND_SERVICE). The others that container engines give by default are left out: raw sockets, devices, chroot, audit, file capabilities.
func capabilities() []string {
	return []string{
		"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETGID", "CAP_SETUID",
	}
}

// environment returns the app's environment. The platform's own names win over the user's.
func environment(vm VM) []string {
	all := maps.Clone(vm.Environment)
	if all == nil {
		all = map[string]string{}
	}

	if vm.Port != 0 {
		all["PORT"] = strconv.FormatInt(vm.Port, 10)
	}

	maps.Copy(all, vm.Facts)

	all["ZEITWORK_VM_ID"] = vm.ID.String()
	all["ZEITWORK_DEPLOYMENT_ID"] = vm.DeploymentID.String()

	return lo.Map(slices.Sorted(maps.Keys(all)), func(name string, _ int) string { return name + "=" + all[name] })
}

// withInit puts an init before the app's command: many apps ignore SIGTERM when they are PID 1, and none reaps orphans.
func withInit() oci.SpecOpts {
	return func(_ context.Context, _ oci.Client, _ *containers.Container, s *oci.Spec) error {
		s.Process.Args = append([]string{initPath, "--"}, s.Process.Args...)

		return nil
	}
}

// withCgroupNamespace lets an app find its own cgroup, and no other, in /sys/fs/cgroup. With cgroups of version 1 it does so without a namespace.
func withCgroupNamespace() oci.SpecOpts {
	return func(ctx context.Context, client oci.Client, container *containers.Container, s *oci.Spec) error {
		if !unifiedCgroups() {
			return nil
		}

		return oci.WithLinuxNamespace(specs.LinuxNamespace{Type: specs.CgroupNamespace})(ctx, client, container, s)
	}
}

// withSysctls lets apps listen on any port, and send pings, without a capability.
func withSysctls() oci.SpecOpts {
	return func(_ context.Context, _ oci.Client, _ *containers.Container, s *oci.Spec) error {
		s.Linux.Sysctl = map[string]string{
			"net.ipv4.ip_unprivileged_port_start": "0",
			"net.ipv4.ping_group_range":           "0 2147483647",
		}

		return nil
	}
}

// withMemory limits memory, and forbids swap where the kernel counts it.
func withMemory(limit int64) oci.SpecOpts {
	return func(ctx context.Context, client oci.Client, container *containers.Container, s *oci.Spec) error {
		if err := oci.WithMemoryLimit(uint64(max(limit, 0)))(ctx, client, container, s); err != nil {
			return fmt.Errorf("limit memory: %w", err)
		}

		if !swapIsCounted() {
			return nil
		}

		return oci.WithMemorySwap(limit)(ctx, client, container, s)
	}
}

func swapIsCounted() bool {
	_, err := os.Stat("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes")

	return err == nil || unifiedCgroups()
}

// unifiedCgroups tells whether cgroups are those of version 2.
func unifiedCgroups() bool {
	_, err := os.Stat("/sys/fs/cgroup/cgroup.controllers")

	return err == nil
}

// openFiles returns the limit of open files: maxOpenFiles, or the agent's own limit where that is lower.
func openFiles() *specs.POSIXRlimit {
	limit := uint64(maxOpenFiles)

	var own unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &own); err == nil {
		limit = min(limit, own.Max)
	}

	return &specs.POSIXRlimit{Type: "RLIMIT_NOFILE", Hard: limit, Soft: limit}
}

func (r *Runtime) mounts(vm VM) []specs.Mount {
	bind := func(access, source, destination string) specs.Mount {
		return specs.Mount{
			Type: "bind", Source: source, Destination: destination, Options: []string{"bind", access, "nosuid", "nodev"},
		}
	}

	folder := r.filesFolder(vm.ID)

	return []specs.Mount{
		bind("ro", r.config.Init, initPath),
		// The VM's own copies, written anew at each start. Entrypoints append to them, as they may in Docker.
		bind("rw", filepath.Join(folder, resolvFile), "/etc/resolv.conf"),
		bind("rw", filepath.Join(folder, hostsFile), "/etc/hosts"),
		bind("rw", filepath.Join(folder, hostnameFile), "/etc/hostname"),
		// Language runtimes read their memory limit there.
		{
			Type: "cgroup", Source: "cgroup", Destination: "/sys/fs/cgroup",
			Options: []string{"ro", "nosuid", "noexec", "nodev"},
		},
	}
}
