// Command frameworkbench deploys the example of each framework without a Dockerfile, and prints what that costs beside the framework's own build.
//
//	go tool task bench:frameworks -- -only nextjs,nuxt -rounds 5
//
// For each example: a cold build, an unchanged one and the median of one-line changes, each as long as the platform's build and push steps
// took; the size of the image in the registry, compressed; how long a container of it takes until its first 200, and its memory then.
// Beside it, after the same changes of the same tree: the framework's own build command, in a container of the base image that the
// generated Dockerfile starts from, with the dependencies installed and its own caches warm, on all cores. For frameworks that have an
// official Dockerfile, the size of its image, made by the same builder on the same base.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	const defaultRounds = 3

	rounds := flag.Int("rounds", defaultRounds, "how many one-line changes to build each way")
	only := flag.String("only", "", "the frameworks to measure, with commas between; empty: all")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, *rounds, strings.FieldsFunc(*only, func(r rune) bool { return r == ',' }))

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "frameworkbench:", err)
		os.Exit(1)
	}
}
