// Command deploybench deploys a one-line change of the sample app again and again, by hand and through the platform, on the
// same daemons in the same run, and prints what the platform adds.
//
//	go tool task bench:deploy
//
// By hand means: git clone, buildctl build and push, pull, run, until the first 200. Through the platform means: from the
// push until the first 200 of the new version through the edge proxy. The two take turns, so that a machine that becomes
// slower slows both. The platform is told of the push through its API, as the CLI does; a push that nobody tells it of
// is seen at the next poll, up to ZEITWORK_POLL_INTERVAL later.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	const defaultRounds = 10

	rounds := flag.Int("rounds", defaultRounds, "how many changes to deploy each way")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, *rounds)

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "deploybench:", err)
		os.Exit(1)
	}
}
