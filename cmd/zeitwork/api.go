package main

import (
	"context"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/otel"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/workflows"
)

// apiConfig is the configuration of `zeitwork api`.
type apiConfig struct {
	ServiceConfig

	Database database.Config
	API      api.Config
	GitHub   githubapp.Config
}

func apiCommand() *cobra.Command {
	return serviceCommand("api", "Serve the API, its documentation and the job queue's page", runAPI)
}

func runAPI(ctx context.Context, config apiConfig, parts parts) error {
	pool, err := database.OpenWhenReady(ctx, config.Database, parts.logger)
	if err != nil {
		return err
	}
	defer pool.Close()

	keys, err := keyring.Open(ctx, pool, config.API.Keys())
	if err != nil {
		return err
	}

	apps, err := githubapp.New(config.GitHub, pool, keys, github.Options{})
	if err != nil {
		return err
	}

	deployments, err := workflows.NewDeployments(pool, keys, config.API.Previews, parts.logger)
	if err != nil {
		return err
	}

	domains, err := workflows.NewDomains(pool, config.API.Domains)
	if err != nil {
		return err
	}

	listener := database.NewListener(config.Database, parts.logger)

	//nolint:contextcheck // Each request has its own.
	server, err := api.New(config.API, api.Parts{
		Pool: pool, Listener: listener, Deployments: deployments, Domains: domains, Keyring: keys, Apps: apps, Logger: parts.logger,
	})
	if err != nil {
		return err
	}

	if err := server.Measure(otel.GetMeterProvider()); err != nil {
		return err
	}

	return together(ctx, listener.Run, server.Run)
}
