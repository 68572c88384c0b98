package doctor

import (
	"errors"
	"io/fs"
	"os"

	"github.com/zeitwork/zeitwork/internal/kvm"
)

func virtualisation() Finding {
	finding := Finding{Part: "KVM", OK: true, Detail: "it carries a guest"}

	err := kvm.Try()
	if err == nil {
		return finding
	}

	finding.OK, finding.Detail = false, err.Error()
	finding.Advice = "Kata Containers need a processor whose virtualisation reaches this machine; VMs of this machine can only be isolated by runc"

	if _, err := os.Stat("/dev/kvm"); errors.Is(err, fs.ErrNotExist) {
		finding.Advice = "Kata Containers need it: enable virtualisation in the firmware, or nested virtualisation of the cloud's VM type"
	}

	return finding
}
