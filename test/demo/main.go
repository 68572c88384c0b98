// Command demo runs a platform of its own that looks lived in: people, projects, deployments with their authors and pull requests, one that has failed and one
// that is under way, domains, tokens, and a month of requests and measures. Deployments, settings and people come about as they do for everybody, through /v1
// and the demo GitHub; what takes time to come about is written into the database. Visitors ask for pages as long as it runs. It is for looking around, and
// nothing that it has is kept. It needs root and takes some minutes to fill.
//
//	go run ./test/demo
//	go run ./test/demo -pictures pictures
//
// With -pictures it photographs every page of the dashboard into that folder, with a browser ($ZEITWORK_TEST_CHROMIUM), and ends.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/zeitwork/zeitwork/test/rig"
	"github.com/zeitwork/zeitwork/test/trial"
)

func main() {
	pictures := flag.String("pictures", "", "photograph every page into this folder, and end")

	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *pictures)

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run keeps the demo until the context ends or, where there is a folder for pictures, until these are made.
func run(ctx context.Context, pictures string) (err error) {
	scratch, err := rig.NewScratch()
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()

	platform, err := start(ctx, scratch)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, platform.Stop(context.WithoutCancel(ctx))) }()

	w, err := fill(ctx, platform)
	if err != nil {
		return fmt.Errorf("fill the platform: %w", err)
	}

	if err := writePast(ctx, w); err != nil {
		return fmt.Errorf("write what has been: %w", err)
	}

	visits, end := context.WithCancel(ctx)
	defer end()

	go visit(visits, w)

	if pictures != "" {
		return photograph(ctx, platform, pictures)
	}

	trial.Say("demo", fmt.Sprintf("it is on %s: sign in with GitHub, as %s; Ctrl-C ends it, and nothing of it stays", platform.APIURL(), ada))
	<-ctx.Done()

	return nil
}
