package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/telemetry"
	"github.com/zeitwork/zeitwork/internal/version"
)

// ServiceConfig is the part of every service's configuration that concerns the process itself. Its name is exported because services embed it: what
// reads the environment cannot set an embedded struct of an unexported type, and passes over it.
type ServiceConfig struct {
	Log           logging.Config
	MetricsListen string `doc:"Address on which /metrics answers Prometheus, such as 127.0.0.1:9090; empty: none." env:"ZEITWORK_METRICS_LISTEN"`
}

func (c ServiceConfig) common() ServiceConfig { return c }

// parts are the parts of the process that a service gets besides its configuration.
type parts struct {
	logger *slog.Logger
}

// serviceCommand is a command that runs one service until it is told to stop.
func serviceCommand[C interface{ common() ServiceConfig }](name, short string, run func(ctx context.Context, config C, parts parts) error) *cobra.Command {
	return &cobra.Command{
		Use:   name,
		Short: short,
		Long:  short + ".\n\nIt is configured by environment variables: `zeitwork help config` lists them.",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := configuration[C]()
			if err != nil {
				return err
			}

			return serve(command.Context(), name, config, run)
		},
	}
}

// configuration reads a configuration from the environment, and takes secrets out of it so that no child inherits them. A second
// call no longer finds them.
func configuration[C any]() (C, error) {
	config, err := env.ParseAs[C]()
	if err != nil {
		return config, fmt.Errorf("read the configuration (`zeitwork help config` explains it): %w", err)
	}

	for _, name := range []string{
		"ZEITWORK_SECRET_KEY", "ZEITWORK_SECRET_KEY_PREVIOUS", "ZEITWORK_DATABASE_URL", "ZEITWORK_NODE_TOKEN", "ZEITWORK_EDGE_TOKEN",
		"ZEITWORK_GITHUB_APP_CLIENT_SECRET", "ZEITWORK_ACME_EAB_KEY", "ZEITWORK_ACME_CLOUDFLARE_TOKEN", "ZEITWORK_BACKUP_S3_SECRET_KEY",
	} {
		if err := os.Unsetenv(name); err != nil {
			return config, fmt.Errorf("take %s out of the environment: %w", name, err)
		}
	}

	return config, nil
}

func serve[C interface{ common() ServiceConfig }](ctx context.Context, name string, config C, run func(context.Context, C, parts) error) error {
	const flush = 5 * time.Second

	logger := logging.New(config.common().Log, os.Stderr, name)
	slog.SetDefault(logger)

	build := version.Get()
	logger.InfoContext(ctx, "starting", "version", build.Version, "commit", build.Commit, "go", build.Go)

	measured, err := telemetry.Setup(ctx, name)
	if err != nil {
		return err
	}

	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), flush)
		defer cancel()

		if err := measured.Shutdown(ending); err != nil {
			logger.WarnContext(ending, "the last measurements are lost", logging.Error(err))
		}
	}()

	serveMetrics(ctx, config.common().MetricsListen, measured.Metrics, logger)

	if err := run(ctx, config, parts{logger: logger}); err != nil && ctx.Err() == nil {
		return err
	}

	return nil
}

// serveMetrics answers Prometheus in the background until ctx ends; with no address it does nothing.
func serveMetrics(ctx context.Context, address string, metrics http.Handler, logger *slog.Logger) {
	if address == "" {
		return
	}

	const headerTime = 5 * time.Second

	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)

	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: headerTime}

	go func() {
		if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			logger.ErrorContext(ctx, "metrics are not served", logging.Error(err))
		}
	}()

	context.AfterFunc(ctx, func() { _ = server.Close() })
}
