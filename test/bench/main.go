// Command bench runs a platform of its own on this machine and measures it. It needs root and takes minutes.
//
//	go run ./test/bench deploy -rounds 10
//	go run ./test/bench frameworks -only nextjs,nuxt -rounds 5
//	go run ./test/bench fairness -rounds 10
//	go run ./test/bench wake -rounds 10
//	go run ./test/env -only postgres go run ./test/bench poll -hours 24
//	go run ./test/env -only postgres,registry,containerd go run ./test/bench node -vms 500
//	go run ./test/bench edge -rounds 3
//	go run ./test/env -only postgres go run ./test/bench scale
//
// The packages deploy, frameworks, fairness, wake, poll, node, edge and scale say what is measured. The last line that is printed is for machines.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/zeitwork/zeitwork/test/bench/deploy"
	"github.com/zeitwork/zeitwork/test/bench/edge"
	"github.com/zeitwork/zeitwork/test/bench/fairness"
	"github.com/zeitwork/zeitwork/test/bench/frameworks"
	"github.com/zeitwork/zeitwork/test/bench/node"
	"github.com/zeitwork/zeitwork/test/bench/poll"
	"github.com/zeitwork/zeitwork/test/bench/scale"
	"github.com/zeitwork/zeitwork/test/bench/wake"
)

const usage = `Run a platform on this machine and measure it. It needs root and takes minutes.

  go run ./test/bench deploy [-rounds N]
        what the platform adds to a deployment, beside the same work done by hand
  go run ./test/bench frameworks [-rounds N] [-only NAME,NAME…]
        builds of the examples without a Dockerfile, beside their frameworks' own commands
  go run ./test/bench fairness [-rounds N]
        deployments of one organisation alone, and while another one does all it can
  go run ./test/bench wake [-rounds N]
        how long a request waits that wakes an app which sleeps; it takes some minutes until apps sleep
  go run ./test/env -only postgres go run ./test/bench poll [-repositories N] [-installations N] [-hours N] [-seed N]
        how long pushes to GitHub take until their deployments are queued, over a simulated day; it needs Postgres alone
  go run ./test/env -only postgres,registry,containerd go run ./test/bench node [-vms N] [-idle DURATION]
        what a node with so many idle VMs costs itself and the api; what runs in VMs is a stub
  go run ./test/bench edge [-rounds N] [-duration DURATION] [-only NAME,NAME…] [-proxies NAME,NAME…] [-connections N]
        what the edge carries, beside nginx, HAProxy and net/http's ReverseProxy
  go run ./test/env -only postgres go run ./test/bench scale [-rounds N] [-deploying DURATION]
        what flips, reports and placements cost with 100,000 domains and 100 edges, how many deployments an hour go through the whole chain, and how that
        grows; it needs Postgres alone

-h behind a benchmark's name explains its flags. The last line that is printed is for machines.
`

const defaultRounds = 10

func main() {
	flag.Usage = func() { _, _ = fmt.Fprint(flag.CommandLine.Output(), usage) }
	flag.Parse()

	run, err := parse(flag.Args())
	if err != nil {
		const wrongUsage = 2

		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(wrongUsage)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err = run(ctx)

	stop()

	if err != nil {
		fmt.Fprintf(os.Stderr, "bench %s: %v\n", flag.Arg(0), err)
		os.Exit(1)
	}
}

// parse returns the benchmark that the arguments name, with its flags. It ends the program where they are only asked for or are wrong.
func parse(arguments []string) (func(context.Context) error, error) {
	if len(arguments) == 0 {
		return nil, errors.New("say which benchmark to run: deploy, frameworks, fairness, wake, poll, node, edge or scale")
	}

	flags := flag.NewFlagSet("bench "+arguments[0], flag.ExitOnError)

	var run func(context.Context) error

	rounds := 1

	switch arguments[0] {
	case "deploy":
		flags.IntVar(&rounds, "rounds", defaultRounds, "how many changes to deploy each way")

		run = func(ctx context.Context) error { return deploy.Run(ctx, rounds) }
	case "frameworks":
		flags.IntVar(&rounds, "rounds", 3, "how many one-line changes to build each way") //nolint:mnd // The default.
		only := flags.String("only", "", "the frameworks to measure, with commas between; empty: all")

		run = func(ctx context.Context) error {
			return frameworks.Run(ctx, rounds, commas(*only))
		}
	case "fairness":
		flags.IntVar(&rounds, "rounds", defaultRounds, "how many changes to deploy each way")

		run = func(ctx context.Context) error { return fairness.Run(ctx, rounds) }
	case "wake":
		flags.IntVar(&rounds, "rounds", defaultRounds, "how many apps to wake, one after the other")

		run = func(ctx context.Context) error { return wake.Run(ctx, rounds) }
	case "poll":
		run = pollFlags(flags)
	case "node":
		run = nodeFlags(flags)
	case "edge":
		run = edgeFlags(flags, &rounds)
	case "scale":
		run = scaleFlags(flags, &rounds)
	default:
		return nil, fmt.Errorf("there is no benchmark %q: choose deploy, frameworks, fairness, wake, poll, node, edge or scale", arguments[0])
	}

	// The flag set ends the program by itself.
	_ = flags.Parse(arguments[1:])

	switch {
	case flags.NArg() > 0:
		return nil, fmt.Errorf("%s takes no argument %q", arguments[0], flags.Arg(0))
	case rounds < 1:
		return nil, errors.New("measure one round at least")
	}

	return run, nil
}

// edgeFlags declares the flags of the benchmark edge, and returns it.
func pollFlags(flags *flag.FlagSet) func(context.Context) error {
	options := poll.Options{}

	flags.IntVar(&options.Repositories, "repositories", 10_000, "how many repositories there are")     //nolint:mnd // The default.
	flags.IntVar(&options.Installations, "installations", 50, "how many installations they belong to") //nolint:mnd // The default.
	flags.IntVar(&options.Hours, "hours", 24, "how many hours are simulated")                          //nolint:mnd // The default.
	flags.Uint64Var(&options.Seed, "seed", 1, "the same pushes for the same number")

	return func(ctx context.Context) error { return poll.Run(ctx, options) }
}

func nodeFlags(flags *flag.FlagSet) func(context.Context) error {
	options := node.Options{}

	flags.IntVar(&options.VMs, "vms", 500, "how many VMs the node runs, 1000 at most") //nolint:mnd // The default.
	flags.DurationVar(&options.Idle, "idle", time.Minute, "for how long the idle node is measured")

	return func(ctx context.Context) error { return node.Run(ctx, options) }
}

func edgeFlags(flags *flag.FlagSet, rounds *int) func(context.Context) error {
	options := edge.Options{}

	flags.IntVar(rounds, "rounds", 3, "how often each measurement is made of each proxy")                                //nolint:mnd // The default.
	flags.DurationVar(&options.Duration, "duration", 3*time.Second, "how long each measurement takes, in whole seconds") //nolint:mnd // The default.
	flags.IntVar(&options.Connections, "connections", 10_000, "how many idle connections there are")                     //nolint:mnd // The default.
	only := flags.String("only", "", "the measurements to make, with commas between; empty: all")
	proxies := flags.String("proxies", "", "the proxies to measure, with commas between; empty: all")

	return func(ctx context.Context) error {
		options.Rounds, options.Only, options.Proxies = *rounds, commas(*only), commas(*proxies)

		return edge.Run(ctx, options)
	}
}

func commas(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

func scaleFlags(flags *flag.FlagSet, rounds *int) func(context.Context) error {
	flags.IntVar(rounds, "rounds", defaultRounds, "how often each figure is measured at each size, 30 times at most")
	deploying := flags.Duration("deploying", 30*time.Second, "for how long deployments are made at each size") //nolint:mnd // The default.

	return func(ctx context.Context) error { return scale.Run(ctx, *rounds, *deploying) }
}
