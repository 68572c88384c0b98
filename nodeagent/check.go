package nodeagent

import (
	"context"
	"os"
)

// Finding is the result of checking one part of this machine.
type Finding struct {
	Part string
	OK   bool
	// Tolerable tells that an agent starts all the same where the part is not OK.
	Tolerable bool
	// Detail says what was found. Advice says what to do where it is not OK. Both are sentences.
	Detail string
	Advice string
}

// Check tells whether this machine can run VMs as configured. It leaves nothing behind. A Config with the defaults is enough.
func Check(ctx context.Context, config Config) []Finding {
	findings := append([]Finding{checkPermission(config), checkInit(config)}, checkContainerd(ctx, config)...)

	findings = append(append(findings, checkDisk(ctx, config), checkForwarding()), checkTailnet(ctx, config)...)

	return append(findings, checkKata(config)...)
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
