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
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/local/baseimages"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/test/rig"
)

func main() {
	only := flag.String("only", "", "the applications to deploy, with commas between; empty: all")

	sources := flag.String("sources", "", "only make the applications' repositories, in this folder")

	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)

	var results []result

	all, err := chosen(strings.FieldsFunc(*only, func(r rune) bool { return r == ',' }))

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

// chosen returns the applications with these names, or all.
func chosen(names []string) ([]application, error) {
	all := applications()
	if len(names) == 0 {
		return all, nil
	}

	known := lo.Map(all, func(a application, _ int) string { return a.name })
	if unknown := lo.Without(names, known...); len(unknown) > 0 {
		return nil, fmt.Errorf("there is no application %q: choose from %q", unknown, known)
	}

	return lo.Filter(all, func(a application, _ int) bool { return slices.Contains(names, a.name) }), nil
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
func deployAll(ctx context.Context, all []application) (results []result, err error) {
	scratch, err := rig.NewScratch()
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()

	started, err := rig.Start(ctx, scratch, cluster.Options{
		ClusterRange:   netip.MustParsePrefix("10.80.0.0/16"),
		BuildRange:     netip.MustParsePrefix("10.81.0.0/16"),
		Bridge:         "zwapps0",
		PublicRegistry: baseimages.PublicRegistry(ctx),
		Environ:        []string{"ZEITWORK_KEEP_WARM=0s"},
		Progress:       func(part, detail string) { fmt.Fprintln(os.Stderr, time.Now().Format(time.TimeOnly), part, detail) },
	})
	if err != nil {
		return nil, err
	}

	defer func() { err = errors.Join(err, started.Stop(context.WithoutCancel(ctx))) }()

	for _, a := range all {
		if ctx.Err() != nil {
			return results, ctx.Err()
		}

		r := try(ctx, started, a, filepath.Join(scratch, "apps", a.name))
		fmt.Fprintln(os.Stderr, time.Now().Format(time.TimeOnly), a.name, r.summary())

		results = append(results, r)
	}

	return results, nil
}
