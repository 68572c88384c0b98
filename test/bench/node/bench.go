// Package node measures what a node with many idle VMs costs, what a start costs, and how fast lines get from apps to the platform.
//
// Real are Postgres, the api and the agent as processes of the zeitwork binary, containerd with its snapshots and the VM's log processes, the network
// namespaces of VMs with their packet filter, and what the agent asks of an app: each VM answers HTTP in its own namespace. Not real is what runs in VMs:
// a shim of the benchmark (stubshim) takes the place of runc's, and one process of it is all of them. No disk of a VM is limited, since that takes a loop
// device each.
//
// Idle is a node on which every VM has been healthy for two minutes and nobody changes anything. Its agent probes the health of all VMs, measures what they
// use, reports, waits for news, asserts the packet filter and sweeps, as it always does. Counted is the processor time of the agent, of programs that it runs,
// and of all log processes, in percent of one core; that of api, Postgres, containerd and shim is printed beside. Requests are counted in front of the api.
package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/zeitwork/zeitwork/test/rig"
)

// Options say what is measured.
type Options struct {
	// VMs is how many the node runs; 1000 at most.
	VMs int
	// Idle is for how long the idle node is measured.
	Idle time.Duration
}

const (
	// single is how many VMs start one after the other on a node that runs all others.
	single = 20
	// talkers are the VMs that write lines at once, each so many.
	talkers, linesEach = 40, 2000
)

// Run starts a platform with one node, measures it, and prints a report whose last line is for machines.
func Run(ctx context.Context, options Options) (err error) {
	scratch, err := rig.NewScratch()
	if err != nil {
		return err
	}

	w := &world{options: options, scratch: scratch}

	defer func() {
		err = errors.Join(err, w.close(context.WithoutCancel(ctx)))
		if err == nil {
			err = os.RemoveAll(scratch)
		} else {
			fmt.Fprintln(os.Stderr, "The logs are in", scratch)
		}
	}()

	if err := w.start(ctx); err != nil {
		return err
	}

	began := time.Now()
	many := max(options.VMs-single, 1)

	if err := w.assign(ctx, many); err != nil {
		return err
	}

	fmt.Printf("%d VMs were healthy %.1f s after they were assigned at once.\n", many, time.Since(began).Seconds())

	for range single {
		if err := w.assign(ctx, 1); err != nil {
			return err
		}
	}

	start, err := w.startTime(ctx)
	if err != nil {
		return err
	}

	raw, err := w.rawStart(ctx)
	if err != nil {
		return err
	}

	fmt.Printf("A start takes %.0f ms from the assignment until the api knows that the VM runs; containerd alone takes %.0f ms for container, task "+
		"and log process.\n", rig.Milliseconds(start), rig.Milliseconds(raw))

	idle, err := w.measureIdle(ctx)
	if err != nil {
		return err
	}

	lines, err := w.measureLog(ctx)
	if err != nil {
		return err
	}

	fmt.Printf("idle_cpu_pct=%.2f idle_rps=%.2f log_lines_per_s=%.0f start_p50_ms=%.0f\n", idle.percent, idle.requests, lines, rig.Milliseconds(start))

	return nil
}
