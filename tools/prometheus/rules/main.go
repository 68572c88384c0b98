// Command rules reads Prometheus' rules and Grafana's dashboards with Prometheus' own parser and engine. `rules uses FILE…` prints as JSON which metrics and
// labels each expression uses; `rules test RULES TESTS` tells which alerts fire for made-up series, and fails where they are others than the tests say.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)

		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) > 1 && args[0] == "uses":
		found, err := usesOf(args[1:])
		if err != nil {
			return err
		}

		if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
			return fmt.Errorf("print what expressions use: %w", err)
		}

		return nil
	case len(args) == 3 && args[0] == "test":
		return test(ctx, args[1], args[2])
	default:
		return errors.New("usage: rules uses FILE…, or rules test RULES TESTS")
	}
}
