// Command trees deploys small repositories, each of which is what people have reported to another platform or to the maker of a tool, and compares how that
// ends with what is right: a page that answers, or a failure whose sentence says what to change. It prints a table. It runs a platform of its own, needs root
// and npm's registry, and takes half an hour for all.
//
//	go run ./test/trees
//	go run ./test/trees -only 05,26b
//	go run ./test/trees -trees /tmp/others
//
// With -trees it deploys the folders in a folder instead, each of which is to end with any page, or with any sentence that tells its owner what to do.
//
// It ends with 1 where one does not end as it should. What detection alone decides is also a test of this package.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/local/baseimages"
	"github.com/zeitwork/zeitwork/test/rig"
	"github.com/zeitwork/zeitwork/test/trial"
)

func main() {
	only := flag.String("only", "", "the numbers of the trees to deploy, with commas between; empty: all")

	folder := flag.String("trees", "", "deploy the folders in this folder instead, each a tree without a repository in it")

	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)

	results, err := run(ctx, *only, *folder)

	stop()

	if len(results) > 0 {
		printTable(os.Stdout, results)
	}

	if err != nil {
		fmt.Fprintln(os.Stderr, "trees:", err)
	}

	if err != nil || !lo.EveryBy(results, func(r result) bool { return r.ok() }) {
		os.Exit(1)
	}
}

// run deploys the trees of a folder, or those that are listed; with neither all.
func run(ctx context.Context, only, folder string) ([]result, error) {
	all, name := trees(baseimages.PublicRegistry(ctx)), tree.number

	if folder != "" {
		var err error
		if all, err = treesIn(folder); err != nil {
			return nil, err
		}

		name = func(t tree) string { return t.name }
	}

	chosen, err := trial.Choose(all, only, name)
	if err != nil {
		return nil, err
	}

	return deployAll(ctx, chosen)
}

// deployAll deploys one tree after the other. A tree that ends otherwise than it should keeps none from its turn.
func deployAll(ctx context.Context, all []tree) ([]result, error) {
	network := trial.Network{Bridge: "zwtrees0", VMs: netip.MustParsePrefix("10.82.0.0/16"), Builders: netip.MustParsePrefix("10.83.0.0/16")}

	return trial.Each(ctx, network, all, func(ctx context.Context, p *rig.Platform, directory string, t tree) result {
		r := try(ctx, p, t, filepath.Join(directory, t.name))
		trial.Say(t.name, r.got)

		return r
	})
}
