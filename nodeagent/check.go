package nodeagent

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

const (
	kvmDevice        = "/dev/kvm"
	kvmGetAPIVersion = 0xAE00
	kvmAPIVersion    = 12
)

// Finding is the result of checking one part of this machine.
type Finding struct {
	Part string
	OK   bool
	// Detail says what was found. Advice says what to do where it is not OK. Both are sentences.
	Detail string
	Advice string
}

// Check tells whether this machine can run VMs as configured. It changes nothing. A Config with the defaults is enough.
func Check(ctx context.Context, config Config) []Finding {
	return append([]Finding{checkPermission(config), checkInit(config), checkContainerd(ctx, config), checkForwarding()}, checkKata(config)...)
}

// CheckKVM tells whether this machine can carry a guest.
func CheckKVM() Finding {
	finding := Finding{Part: "KVM", Advice: "Use a machine with hardware virtualization, or turn on nested virtualization for this one."}

	file, err := os.OpenFile(kvmDevice, os.O_RDWR, 0)
	if err != nil {
		finding.Detail = fmt.Sprintf("%s cannot be opened: %v.", kvmDevice, err)

		return finding
	}

	defer func() { _ = file.Close() }()

	version, err := unix.IoctlRetInt(int(file.Fd()), kvmGetAPIVersion)
	if err != nil || version != kvmAPIVersion {
		finding.Detail = fmt.Sprintf("%s does not speak KVM's interface %d.", kvmDevice, kvmAPIVersion)

		return finding
	}

	if runtime.GOARCH == "amd64" && !processorVirtualizes() {
		finding.Detail = kvmDevice + " is there, but the processor offers neither VMX nor SVM: it cannot carry a guest."

		return finding
	}

	return Finding{Part: "KVM", OK: true, Detail: kvmDevice + " can carry a guest."}
}

func checkPermission(config Config) Finding {
	if err := config.checkIsolation(); err != nil {
		return Finding{Part: "isolation", Detail: "VMs would run on " + config.Runtime + ".", Advice: err.Error() + "."}
	}

	return Finding{Part: "isolation", OK: true, Detail: "VMs run on " + config.Runtime + "."}
}

func checkInit(config Config) Finding {
	path, err := config.findInit()
	if err == nil {
		_, err = os.Stat(path)
	}

	if err != nil {
		return Finding{Part: "init", Detail: "PID 1 for VMs is missing or does not serve.", Advice: err.Error() + "."}
	}

	return Finding{Part: "init", OK: true, Detail: path + " is PID 1 of VMs."}
}

// checkContainerd asks containerd whether it finds the runtime handler's shim, as the agent does not know containerd's PATH.
func checkContainerd(ctx context.Context, config Config) Finding {
	finding := Finding{Part: "containerd", Advice: "Start containerd, or set ZEITWORK_CONTAINERD_SOCKET."}

	connection, err := containers.Connect(config.ContainerdSocket, config.ContainerdNamespace)
	if err != nil {
		finding.Detail = fmt.Sprintf("containerd does not answer at %s: %v.", config.ContainerdSocket, err)

		return finding
	}

	defer func() { _ = connection.Close() }()

	version, err := connection.Version(ctx)
	if err != nil {
		finding.Detail = fmt.Sprintf("containerd does not answer at %s: %v.", config.ContainerdSocket, err)

		return finding
	}

	if _, err := connection.RuntimeInfo(ctx, config.Runtime, nil); err != nil {
		finding.Detail = fmt.Sprintf("containerd %s cannot run %s: %v.", version.Version, config.Runtime, err)
		finding.Advice = "Install the runtime's shim where containerd's PATH finds it."

		return finding
	}

	return Finding{Part: "containerd", OK: true, Detail: fmt.Sprintf("containerd %s runs %s.", version.Version, config.Runtime)}
}

// checkForwarding looks for packet filters that keep everybody from VMs. The node's own probes would not see that: they come from the machine itself.
func checkForwarding() Finding {
	const part = "forwarding"

	obstacles, err := network.Obstacles()

	switch {
	case err != nil:
		return Finding{Part: part, Detail: fmt.Sprintf("nftables cannot be read: %v.", err), Advice: "Run it as root, on a kernel that has nf_tables."}
	case len(obstacles) > 0:
		return Finding{
			Part: part, Detail: "Forwarded packets are refused by " + strings.Join(obstacles, ", ") + ": nobody reaches VMs, and they reach nobody.",
			Advice: `Have it accept what comes from and what goes to interfaces whose names begin with zwv (iifname "zwv*" accept, oifname "zwv*" accept).`,
		}
	default:
		return Finding{Part: part, OK: true, Detail: "No packet filter of another program stands between VMs and the network."}
	}
}

// checkKata looks for what Kata Containers need beside containerd. It returns nothing where another runtime is configured.
func checkKata(config Config) []Finding {
	if !containers.IsKata(config.Runtime) {
		return nil
	}

	kataShim := containers.KataShim(config.Runtime)

	shim := Finding{Part: "Kata Containers", OK: true, Detail: kataShim + " is installed."}
	if _, err := exec.LookPath(kataShim); err != nil {
		shim = Finding{
			Part: "Kata Containers", Detail: kataShim + " is not installed.",
			Advice: "Install Kata Containers and have " + kataShim + " in the PATH of containerd and of the node agent.",
		}
	}

	findings := []Finding{CheckKVM(), shim}

	if config.RuntimeConfig == "" {
		return findings
	}

	if _, err := os.Stat(config.RuntimeConfig); err != nil {
		findings = append(findings, Finding{
			Part: "Kata Containers", Detail: config.RuntimeConfig + " is not there.", Advice: "Correct ZEITWORK_NODE_RUNTIME_CONFIG.",
		})
	}

	return findings
}

func processorVirtualizes() bool {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return false
	}

	return regexp.MustCompile(`(?m)^flags\s*:.*\b(vmx|svm)\b`).MatchString(strings.ToLower(string(info)))
}
