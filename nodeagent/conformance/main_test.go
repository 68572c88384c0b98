package conformance

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/caarlos0/env/v11"

	"github.com/zeitwork/zeitwork/nodeagent"
	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

// TestMain makes the test binary do the work of the zeitwork binary: as the node agent, as the log process of VMs, and as the app in them.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 {
		os.Exit(m.Run())
	}

	var err error

	switch os.Args[1] {
	case vmlog.Command:
		vmlog.Run(os.Args[2])
	case app.Command:
		err = app.Run(os.Args[2:])
	case agentCommand:
		err = runAgent()
	default:
		os.Exit(m.Run())
	}

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runAgent() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	config, err := env.ParseAs[nodeagent.Config]()
	if err != nil {
		return err
	}

	agent, err := nodeagent.New(config, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		return err
	}

	return agent.Run(ctx)
}
