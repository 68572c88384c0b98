package service

import (
	"context"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/nodeagent"
)

// Leave ends the service and takes all of it off this machine, with the VMs that still run. Packages, what other programs have made, and the switch that makes
// the kernel forward packets stay. The settings go last, so that a Leave that was cut off can be done again.
func Leave(ctx context.Context, config nodeagent.Config, say func(step string)) error {
	if err := checkMachine(); err != nil {
		return err
	}

	if _, err := os.Stat(unitFile); err == nil {
		say("stopping the service " + Name)

		if err := systemctl(ctx, "disable", "--now", "--quiet", Name); err != nil {
			return err
		}
	}

	// A machine that is out of its tailnet by now leaves, too.
	if err := nodeagent.Withdraw(ctx, config); err != nil {
		say("the machine may advertise the node's addresses in its tailnet until `tailscale set --advertise-routes=`: " + err.Error())
	}

	say("stopping the VMs, and removing all that belongs to them")

	if err := nodeagent.RemoveAll(ctx, config); err != nil {
		return err
	}

	if err := remove(unitFile); err != nil {
		return err
	}

	if err := systemctl(ctx, "daemon-reload"); err != nil {
		return err
	}

	if err := remove(keyFile, otherKeyFile, SettingsFile, Program); err != nil {
		return err
	}

	// Other settings may be there, as of an edge.
	for _, folder := range []string{filepath.Dir(SettingsFile), "/run/zeitwork"} {
		_ = os.Remove(folder)
	}

	return nil
}
