// Command trees deploys small repositories, each of which is what people have reported to another platform or to the maker of a tool, and compares how that
// ends with what is right: a page that answers, or a failure whose sentence says what to change. It prints a table. It runs a platform of its own, needs root
// and npm's registry, and takes half an hour for all.
//
//	go run ./test/trees
//	go run ./test/trees -only 05,26b
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

	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)

	var results []result

	chosen, err := trial.Choose(trees(baseimages.PublicRegistry(ctx)), *only, tree.number)
	if err == nil {
		results, err = deployAll(ctx, chosen)
	}

	stop()

	if len(results) > 0 {
		printTable(os.Stdout, results)
	}

	if err != nil {
		fmt.Fprintln(os.Stderr, "trees:", err)
	}

	if err != nil || !lo.EveryBy(results, result.ok) {
		os.Exit(1)
	}
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
