package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/activities/authority"
	"github.com/zeitwork/zeitwork/activities/dnsproof"
	"github.com/zeitwork/zeitwork/activities/notify"
	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/dnscheck"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/setting"
	"github.com/zeitwork/zeitwork/workflows"
)

// workerConfig is the configuration of `zeitwork worker`.
type workerConfig struct {
	ServiceConfig
	setting.Key

	Database database.Config
	GitHub   githubapp.Config
	Registry activities.RegistryConfig
	Source   activities.SourceConfig
	Builder  activities.BuilderConfig
	Worker   workflows.Config

	Certificates authority.Config
	Records      dnsproof.Config
	Notify       notify.Config
}

func workerCommand() *cobra.Command {
	return serviceCommand("worker", "Run the steps of deployments; any number of workers share the work", runWorker)
}

func runWorker(ctx context.Context, config workerConfig, parts parts) error {
	pool, err := database.OpenWhenReady(ctx, config.Database, parts.logger)
	if err != nil {
		return err
	}
	defer pool.Close()

	keys, err := keyring.Open(ctx, pool, config.Keys())
	if err != nil {
		return err
	}

	apps, err := githubapp.New(config.GitHub, pool, keys, github.Options{})
	if err != nil {
		return err
	}

	registry := activities.NewRegistry(config.Registry, config.SecretKey)

	source, err := activities.NewSource(config.Source, registry)
	if err != nil {
		return err
	}

	issuer, err := newAuthority(config.Certificates)
	if err != nil {
		return err
	}

	records, err := newRecords(config)
	if err != nil {
		return err
	}

	notifier, err := notify.New(config.Notify, nil)
	if err != nil {
		return err
	}

	listener := database.NewListener(config.Database, parts.logger)

	worker, err := workflows.NewWorker(config.Worker, workflows.Dependencies{
		Pool: pool, Listener: listener, Keyring: keys, GitHub: apps, Authority: issuer, Records: records, Notifier: notifier, Logger: parts.logger,
		Health: api.LookAtPlatform(pool),
		Source: source, Builder: activities.NewBuilder(config.Builder, registry, config.SecretKey), Publisher: registry, Collector: registry,
	})
	if err != nil {
		return err
	}

	return together(ctx, listener.Run, worker.Run)
}

// newAuthority returns nil where no certificates are ordered.
func newAuthority(config authority.Config) (workflows.Authority, error) {
	issuer, err := authority.New(config, nil)
	if err != nil || issuer == nil {
		return nil, err
	}

	return issuer, nil
}

// newRecords returns nil where the certificates of the base domain are uploaded.
func newRecords(config workerConfig) (workflows.Records, error) {
	resolver, err := dnscheck.NewResolver(config.Worker.DNSServer)
	if err != nil {
		return nil, err
	}

	records, err := dnsproof.New(config.Records, resolver, nil)

	switch {
	case err != nil || records == nil:
		return nil, err
	case config.Certificates.DirectoryURL == "":
		return nil, errors.New("ZEITWORK_ACME_CLOUDFLARE_TOKEN needs ZEITWORK_ACME_DIRECTORY beside it")
	default:
		return records, nil
	}
}

// together runs services that depend on each other: the first that ends stops the others.
func together(ctx context.Context, services ...func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	var group errgroup.Group

	for _, service := range services {
		group.Go(func() error {
			defer stop()

			return service(ctx)
		})
	}

	return group.Wait()
}
