// Command writeexample writes an example, complete, into a folder, so that it can be tried and deployed:
//
//	go tool task example -- rails /tmp/rails
//	go tool task example -- -manager pnpm nextjs /tmp/nextjs
//
// The gems of the Rails example and the PHP packages of the Laravel example are made from Debian's packages on the way, once.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/zeitwork/zeitwork/examples"
)

func main() {
	manager := flag.String("manager", examples.NPM, "package manager of a Node example: "+strings.Join(examples.Managers, ", "))
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := write(ctx, flag.Args(), *manager)

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "writeexample:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, arguments []string, manager string) error {
	const wanted = 2
	if len(arguments) != wanted {
		return fmt.Errorf("give the name of an example (%s) and a folder to write it into", strings.Join(examples.Names, ", "))
	}

	name, dir := arguments[0], arguments[1]
	cacheDir := cmp.Or(os.Getenv("ZEITWORK_CACHE_DIR"), "/var/cache/zeitwork")

	switch {
	case !slices.Contains(examples.Names, name):
		return fmt.Errorf("there is no example %q; there are %s", name, strings.Join(examples.Names, ", "))
	case !slices.Contains(examples.Managers, manager):
		return fmt.Errorf("there is no lockfile of %q; there are those of %s", manager, strings.Join(examples.Managers, ", "))
	case name == "rails":
		return examples.WriteRails(ctx, dir, cacheDir)
	case name == "laravel":
		return examples.WriteLaravel(ctx, dir, cacheDir)
	case name == "static":
		return examples.WriteStatic(dir)
	case name == "workspace":
		return examples.WriteWorkspace(dir)
	default:
		return examples.Write(dir, name, manager)
	}
}
