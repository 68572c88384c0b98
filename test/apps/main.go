// Command apps deploys whole applications that their frameworks' own generators make, or that their makers publish, asks a page of each through
// the edge, and prints a table. It runs a platform of its own, needs root and npm's registry, and takes about two minutes for each application.
//
//	go run ./test/apps
//	go run ./test/apps -only next-npm,nest
//	go run ./test/apps -sources /tmp/apps
//
// With -sources it only makes the applications' repositories, in a folder, for zeitwork detect to be tried on.
//
// It ends with 1 where an application does not answer.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/test/rig"
	"github.com/zeitwork/zeitwork/test/trial"
)

func main() {
	only := flag.String("only", "", "the applications to deploy, with commas between; empty: all")

	sources := flag.String("sources", "", "only make the applications' repositories, in this folder")

	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)

	var results []result

	all, err := trial.Choose(applications(), *only, func(a application) string { return a.name })

	switch {
	case err != nil:
	case *sources != "":
		err = makeSources(ctx, all, *sources)
	default:
		results, err = deployAll(ctx, all)
	}

	stop()

	if len(results) > 0 {
		printTable(os.Stdout, results)
	}

	if err != nil {
		fmt.Fprintln(os.Stderr, "apps:", err)
	}

	if err != nil || !lo.EveryBy(results, func(r result) bool { return r.answered }) {
		os.Exit(1)
	}
}

// makeSources makes the repositories of the applications below a folder. An application that fails keeps none from its turn.
func makeSources(ctx context.Context, all []application, folder string) error {
	var failed error

	for _, a := range all {
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}

		repository, err := a.source(ctx, filepath.Join(folder, a.name))
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", a.name, err))

			continue
		}

		_, _ = fmt.Fprintln(os.Stdout, repository.Dir)
	}

	return failed
}

// deployAll deploys one application after the other. An application that fails keeps none from its turn.
func deployAll(ctx context.Context, all []application) ([]result, error) {
	network := trial.Network{Bridge: "zwapps0", VMs: netip.MustParsePrefix("10.80.0.0/16"), Builders: netip.MustParsePrefix("10.81.0.0/16")}

	return trial.Each(ctx, network, all, func(ctx context.Context, p *rig.Platform, directory string, a application) result {
		r := try(ctx, p, a, filepath.Join(directory, a.name))
		trial.Say(a.name, r.summary())

		return r
	})
}
