package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/doctor"
	"github.com/zeitwork/zeitwork/internal/hostpackages"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/local/baseimages"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/local/toolchain"
)

const upHelp = `Run the whole platform on this machine and deploy a sample to it.

It installs the Debian packages that are missing, starts everything as its children, and keeps running until Ctrl-C, which stops all
of it. The pinned daemons stand beside this binary in an archive of a release; in a checkout they are built once. The next start finds the data
that this one leaves.`

func upCommand() *cobra.Command {
	var flags upFlags

	command := &cobra.Command{
		Use:   "up",
		Short: "Run the whole platform on this machine and deploy a sample to it",
		Long:  upHelp,
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := configuration[upConfig]()
			if err != nil {
				return err
			}

			if flags.prepareOnly {
				return prepareAlone(command.Context(), config, flags)
			}

			return up(command.Context(), config, flags)
		},
	}
	command.Flags().BoolVar(&flags.once, "once", false, "stop as soon as the sample has answered through the edge")
	command.Flags().BoolVar(&flags.prepareOnly, "prepare", false, "install and build what is missing, and start nothing")
	command.Flags().BoolVar(&flags.s3, "s3", false, "keep the images on an S3 server of the platform's own, as in production, instead of in files")

	return command
}

type upFlags struct{ once, prepareOnly, s3 bool }

func up(ctx context.Context, config upConfig, flags upFlags) error {
	if err := ready(ctx, config); err != nil {
		return err
	}

	report := newReport(os.Stderr)
	defer report.end()

	options, err := prepare(ctx, config, flags, report)
	if err != nil {
		return interrupted(ctx, err)
	}

	started, err := cluster.Start(ctx, options)
	if err != nil {
		return interrupted(ctx, err)
	}

	url, err := deploySample(ctx, started, config.DataDir, report)
	if err == nil {
		report.milestonef("the sample answers")

		err = announce(ctx, os.Stdout, started, config, url)
	}

	if err == nil && !flags.once {
		<-ctx.Done()
		report.milestonef("stopping; the data stays in %s", config.DataDir)
	}

	return errors.Join(interrupted(ctx, err), started.Stop(context.WithoutCancel(ctx)))
}

// prepareAlone installs and builds all that a later start, or a test, needs.
func prepareAlone(ctx context.Context, config upConfig, flags upFlags) error {
	report := newReport(os.Stderr)
	defer report.end()

	if _, err := prepare(ctx, config, flags, report); err != nil {
		return err
	}

	// The tests of the schema run drizzle-kit.
	if _, err := exec.LookPath("npm"); err == nil {
		return nil
	}

	return hostpackages.Ensure(ctx, func(detail string) { report.progress("packages", detail) }, "npm")
}

// interrupted returns nil for an error that is the consequence of Ctrl-C.
func interrupted(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		err = nil
	}

	return err
}

// ready returns an error about the first thing that keeps the platform from starting here.
func ready(ctx context.Context, config upConfig) error {
	const (
		patience = 10 * time.Second
		pause    = 250 * time.Millisecond
	)

	// The children of a platform that was killed a moment ago may still hold their ports.
	for deadline := time.Now().Add(patience); ; {
		blockers := doctor.Blockers(doctor.Examine(ctx, config.examination()))
		if len(blockers) == 0 {
			return nil
		}

		if time.Now().After(deadline) || !strings.HasPrefix(blockers[0].Part, "port ") {
			return fmt.Errorf("%s: %s; %s", blockers[0].Part, blockers[0].Detail, blockers[0].Advice)
		}

		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// prepare installs packages, builds the daemons and makes the base images. With everything in place it takes milliseconds.
func prepare(ctx context.Context, config upConfig, flags upFlags, report *report) (cluster.Options, error) {
	options := config.options()
	options.Progress = report.progress
	options.Logger = logging.New(config.Log, report, "up")
	options.PublicRegistry = baseimages.PublicRegistry(ctx)

	var err error
	if options.Program, err = os.Executable(); err != nil {
		return options, fmt.Errorf("find the zeitwork binary: %w", err)
	}

	options.Bin = toolchain.Beside(options.Program)
	needed := toolchain.RunPackages()

	var source string

	if options.Bin == "" {
		needed = toolchain.DaemonPackages()

		if source, err = toolchain.SourceDir(); err != nil {
			return options, err
		}
	}

	packages := func(detail string) { report.progress("packages", detail) }
	if err := hostpackages.Ensure(ctx, packages, hostPackages(options.PublicRegistry, needed)...); err != nil {
		return options, err
	}

	group, ctx := errgroup.WithContext(ctx)

	// An archive of a release has the S3 server among the daemons.
	if flags.s3 {
		options.S3Bin = options.Bin
	}

	build := func(bin *string, module toolchain.Module) {
		group.Go(func() (err error) {
			builder := toolchain.Builder{CacheDir: config.Toolchain.CacheDir, SourceDir: source, Progress: report.progress}
			*bin, err = builder.Build(ctx, module)

			return err
		})
	}

	if options.Bin == "" {
		build(&options.Bin, toolchain.Daemons())

		if flags.s3 {
			build(&options.S3Bin, toolchain.VersityGW())
		}
	}

	if !options.PublicRegistry {
		group.Go(func() error { return baseimages.Make(ctx, config.Toolchain.CacheDir, report.progress) })
	}

	return options, group.Wait()
}

// hostPackages returns the Debian packages with the programs that the platform runs, and those that the daemons need. It leaves out programs that are
// installed another way.
func hostPackages(publicRegistry bool, daemons []string) []string {
	// The gems of the Rails example are made with mmdebstrap, even where base images come from a public registry.
	packages := append([]string{"ca-certificates", "catatonit", "debian-archive-keyring", "mmdebstrap", "postgresql"}, daemons...)

	programs := map[string]string{"git": "git"}
	if !publicRegistry {
		programs["npm"] = "npm"
	}

	for program, name := range programs {
		if _, err := exec.LookPath(program); err != nil {
			packages = append(packages, name)
		}
	}

	return packages
}

// operatorCode makes a code with which the operator signs in with a browser.
func operatorCode(ctx context.Context, started *cluster.Cluster) (string, error) {
	pool, err := database.Open(ctx, database.Config{URL: started.DatabaseURL(), MaxConns: 1})
	if err != nil {
		return "", err
	}
	defer pool.Close()

	return api.NewSignInCode(ctx, pool, cluster.OperatorEmail)
}

// announce prints where everything is.
func announce(ctx context.Context, w io.Writer, started *cluster.Cluster, config upConfig, url string) error {
	code, err := operatorCode(ctx, started)
	if err != nil {
		return err
	}

	_, _ = fmt.Fprintf(w, `
The sample answers on  %s
Its source is in       %s (commit there, and the push becomes a deployment)
The API is on          %s/v1/docs
In a terminal          zeitwork login --api %s
or without a browser   zeitwork login --api %s < %s
`, url, sampleDir(config.DataDir), started.APIURL(), started.APIURL(), started.APIURL(), cluster.UserTokenFile(config.DataDir))

	if demo := started.GitHubURL(); demo != "" {
		_, _ = fmt.Fprintf(w, "A demo GitHub is on    %s, to sign in with, push and open pull requests (no GitHub App is configured)\n", demo)
	}

	// It comes last: it is where most people go on.
	_, _ = fmt.Fprintf(w, "\nThe dashboard is on    %s\nSign in with the code  %s (as the operator, once, within the hour)\n", started.APIURL(), code)

	return nil
}
