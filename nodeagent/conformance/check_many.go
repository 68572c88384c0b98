package conformance

import (
	"bufio"
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/client"
)

func checkMany(ctx context.Context, t *trial) outcome {
	// What a VM takes beside its memory where it has a kernel and a hypervisor.
	const overhead = 150 << 20

	need := int64(t.options.VMs) * vmMemory
	if t.kata {
		need += int64(t.options.VMs) * overhead
	}

	if available := availableMemory(); available < need {
		return skip("%d VMs need %s of memory and %s are available: --vms takes a lower number.", t.options.VMs, size(need), size(available))
	}

	vms := make([]client.AssignedVM, 0, t.options.VMs)
	for range t.options.VMs {
		vms = append(vms, t.describe())
	}

	took, err := t.run(ctx, vms...)
	if err != nil {
		return fail("%d of %d VMs became healthy: %v.", len(took), len(vms), err)
	}

	sender := newHTTPClient(t.tailnet.dialer(edge(), t.options.Patience), t.options.Patience)
	for _, vm := range vms {
		if _, err := request(ctx, sender, vm, "/", nil); err != nil {
			return fail("One of %d VMs does not answer an edge: %v.", len(vms), err)
		}
	}

	begun := time.Now()

	if err := t.remove(ctx, vms...); err != nil {
		return failure(err)
	}

	gone := time.Since(begun)

	slices.Sort(took)

	return pass("%d VMs: all healthy after %s, half after %s; gone after %s.",
		len(vms), brief(took[len(took)-1]), brief(took[len(took)/2]), brief(gone))
}

// availableMemory is how much memory can be had without swapping.
func availableMemory() int64 {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}

	defer func() { _ = file.Close() }()

	const kibibyte = 1024

	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if fields := strings.Fields(scanner.Text()); len(fields) > 1 && fields[0] == "MemAvailable:" {
			kibibytes, _ := strconv.ParseInt(fields[1], 10, 64)

			return kibibytes * kibibyte
		}
	}

	return 0
}
