// Command ensure installs the Debian packages that it is given, unless they are there: go run ./internal/hostpackages/ensure npm.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/zeitwork/zeitwork/internal/hostpackages"
)

func main() {
	say := func(detail string) { fmt.Fprintln(os.Stderr, detail) }

	if err := hostpackages.Ensure(context.Background(), say, os.Args[1:]...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
