package conformance

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
)

func checkStart(ctx context.Context, t *trial) outcome {
	t.first, t.second = t.describe(), t.describe()

	pulled, err := t.run(ctx, t.first)
	if err != nil {
		return failure(err)
	}

	again, err := t.run(ctx, t.second)
	if err != nil {
		return failure(err)
	}

	return pass("Healthy after %s, the next VM after %s.", brief(pulled[0]), brief(again[0]))
}

func checkKernel(ctx context.Context, t *trial) outcome {
	var facts app.Facts
	if err := t.ask(ctx, t.first, app.FactsPath, nil, &facts); err != nil {
		return failure(err)
	}

	switch {
	case facts.BootID == "":
		return fail("The VM does not tell which kernel it runs on.")
	case facts.BootID != app.BootID():
		return pass("The VM runs a kernel of its own, %s.", facts.Kernel)
	case t.kata:
		return fail("The VM runs on the node's kernel, though the runtime is %s.", t.config.Runtime)
	default:
		return unsupported("The node's kernel alone stands between VMs: trusted code only.")
	}
}

func checkAddress(ctx context.Context, t *trial) outcome {
	var facts app.Facts
	if err := t.ask(ctx, t.first, app.FactsPath, nil, &facts); err != nil {
		return failure(err)
	}

	switch {
	case !slices.Equal(facts.Addresses, []netip.Addr{address(t.first)}):
		return fail("The VM was assigned %s and has %v.", t.first.IP, facts.Addresses)
	case facts.Hostname != t.first.ID.String():
		return fail("The VM is named %q and not %q, its id.", facts.Hostname, t.first.ID)
	default:
		return pass("It has %s and no other, and is named by its id.", t.first.IP)
	}
}

func checkDNS(ctx context.Context, t *trial) outcome {
	var resolved []app.Resolved
	if err := t.ask(ctx, t.first, app.ResolvePath, nil, &resolved); err != nil {
		return failure(err)
	}

	if len(resolved) == 0 {
		return fail("The VM has no nameserver: set ZEITWORK_VM_NAMESERVERS.")
	}

	var answering []string

	for _, found := range resolved {
		if found.Error == "" {
			answering = append(answering, found.Nameserver)

			continue
		}

		own := app.Query(ctx, netip.AddrPortFrom(netip.MustParseAddr(found.Nameserver), domainPort).String())
		if own != nil {
			return fail("The nameserver %s answers neither the VM nor the node: set ZEITWORK_VM_NAMESERVERS to one that does, or give --offline to check the rest.",
				found.Nameserver)
		}

		return fail("The nameserver %s answers the node and not the VM: %s.", found.Nameserver, found.Error)
	}

	return pass("%s answered.", strings.Join(answering, " and "))
}
