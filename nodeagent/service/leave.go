package service

import (
	"context"
	"os"

	"github.com/zeitwork/zeitwork/nodeagent"
)

// Leave ends the service and takes all of it off this machine, with the VMs that still run. Packages, what other programs have made, and the switch that makes
// the kernel forward packets stay.
func Leave(ctx context.Context, config nodeagent.Config, say func(step string)) error {
	node := Service()
	if err := node.CheckMachine(); err != nil {
		return err
	}

	if err := node.Stop(ctx, say); err != nil {
		return err
	}

	// A machine that is out of its tailnet by now leaves, too.
	if err := nodeagent.Withdraw(ctx, config); err != nil {
		say("the machine may advertise the node's addresses in its tailnet until `tailscale set --advertise-routes=`: " + err.Error())
	}

	say("stopping the VMs, and removing all that belongs to them")

	if err := nodeagent.RemoveAll(ctx, config); err != nil {
		return err
	}

	if err := node.Remove(ctx, keyFile, otherKeyFile); err != nil {
		return err
	}

	// Something of another service may be there.
	_ = os.Remove("/run/zeitwork")

	return nil
}
