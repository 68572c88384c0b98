package doctor

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// guestTime is how long the few instructions of the probe may take. A guest that works needs milliseconds.
const guestTime = 3 * time.Second

// kvm runs a few instructions in a guest, because a machine may have /dev/kvm and yet run no guest.
func kvm(ctx context.Context) Finding {
	finding := Finding{Part: "KVM"}

	if _, err := os.Stat("/dev/kvm"); err != nil {
		finding.Detail = "there is no /dev/kvm"
		finding.Advice = "Kata Containers need it: enable virtualisation in the firmware, or nested virtualisation of the cloud's VM type"

		return finding
	}

	ctx, cancel := context.WithTimeout(ctx, guestTime)
	defer cancel()

	result := make(chan error, 1)

	// A guest that hangs cannot be stopped. Its goroutine then ends with the process.
	go func() { result <- runGuest() }()

	select {
	case err := <-result:
		if err == nil {
			finding.OK, finding.Detail = true, "it carries a guest"

			return finding
		}

		finding.Detail = "/dev/kvm is there and carries no guest: " + err.Error()
	case <-ctx.Done():
		finding.Detail = "/dev/kvm is there, and a guest with three instructions does not end"
	}

	finding.Advice = "Kata Containers need a processor whose virtualisation reaches this machine; VMs of this machine can only be isolated by runc"

	return finding
}

func kata() Finding {
	const shim = "containerd-shim-kata-v2"

	finding := Finding{
		Part: "Kata Containers", Detail: "the shim " + shim + " is not found",
		Advice: "install Kata Containers 3 with Cloud Hypervisor on every node that runs tenants: https://katacontainers.io",
	}

	path, err := exec.LookPath(shim)
	if err != nil {
		path = filepath.Join("/opt/kata/bin", shim)
		if _, err = os.Stat(path); err != nil {
			return finding
		}
	}

	return Finding{Part: finding.Part, OK: true, Detail: path}
}
