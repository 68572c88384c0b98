// Command chaos kills, freezes and cuts off the parts of a platform while it deploys and serves, lets its supervisor start
// again what died, and checks after every disturbance that nothing was lost and nothing was left behind.
//
//	go tool task chaos -- -kills 300 -seed 1
//
// The platform is one of its own: Postgres, registry, buildkitd, api, two workers, two nodes and two edges, all real
// processes, built with fault points. docs/RELIABILITY.md says what is checked and what counts as a failed request.
// The last line is for machines; the exit code is 0 only if everything held.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	kills  int
	seed   uint64
	only   string
	keep   bool
	outage time.Duration
}

func main() {
	const defaultKills = 30

	var o options

	flag.IntVar(&o.kills, "kills", defaultKills, "how many disturbances there are")
	flag.Uint64Var(&o.seed, "seed", 1, "what the plan is made from: the same seed makes the same plan")
	flag.StringVar(&o.only, "only", "",
		"kill at the points of this step or effect alone, such as build or vm_start, or during this action, such as pin, "+
			"or do these things in turn, such as 'lose node,flush rules'")
	flag.BoolVar(&o.keep, "keep", false, "keep the scratch folder, with the logs of all services")
	flag.DurationVar(&o.outage, "outage", 0, "at the end, take Postgres, api and workers away for this long each; 0: do not")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	held, err := chaos(ctx, o)

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
	}

	if err != nil || !held {
		os.Exit(1)
	}
}
