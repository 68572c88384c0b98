package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/containerd/containerd/v2/client"

	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/local/toolchain"
)

// bench measures and prints the report, whose last line is the last of all: the platform has stopped by then.
func bench(ctx context.Context, rounds int) error {
	all, err := measure(ctx, rounds)
	if err != nil {
		return err
	}

	all.print()

	return nil
}

// measure runs a platform of its own and deploys on it.
func measure(ctx context.Context, rounds int) (all results, err error) {
	scratch, err := os.MkdirTemp("/tmp", "zwb") // Short: sockets stand below it.
	if err != nil {
		return all, fmt.Errorf("make a scratch folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()

	// Postgres runs as another user, who must be able to pass.
	if err := os.Chmod(scratch, 0o711); err != nil { //nolint:gosec // Pass, do not list.
		return all, fmt.Errorf("open the scratch folder: %w", err)
	}

	started, bin, err := startCluster(ctx, scratch)
	if err != nil {
		return all, err
	}

	defer func() { err = errors.Join(err, started.Stop(context.WithoutCancel(ctx))) }()

	sample, err := newSample(ctx, filepath.Join(scratch, "sample"))
	if err != nil {
		return all, err
	}

	byHand, err := newRaw(started, bin, scratch)
	if err != nil {
		return all, err
	}
	defer func() { _ = byHand.containerd.Close() }()

	platform, err := newPlatform(ctx, started, sample)
	if err != nil {
		return all, err
	}

	// The first round of each warms the caches and is not counted.
	for round := range rounds + 1 {
		if _, err := sample.change(ctx); err != nil {
			return all, err
		}

		hand, err := byHand.deploy(ctx, sample.url())
		if err != nil {
			return all, fmt.Errorf("by hand: %w", err)
		}

		text, err := sample.change(ctx)
		if err != nil {
			return all, err
		}

		through, err := platform.deploy(ctx, text)
		if err != nil {
			return all, fmt.Errorf("through the platform: %w", err)
		}

		fmt.Printf("round %2d  by hand %6.3f s  platform %6.3f s\n", round, hand.total().Seconds(), through.total.Seconds())

		if round > 0 {
			all.add(hand, through)
		}
	}

	return all, nil
}

func startCluster(ctx context.Context, scratch string) (*cluster.Cluster, string, error) {
	const cacheVariable, defaultCache = "ZEITWORK_CACHE_DIR", "/var/cache/zeitwork"

	cache := os.Getenv(cacheVariable)
	if cache == "" {
		cache = defaultCache
	}

	source, err := toolchain.SourceDir()
	if err != nil {
		return nil, "", err
	}

	bin, err := toolchain.Builder{CacheDir: cache, SourceDir: source, Progress: progress}.Build(ctx, toolchain.Daemons())
	if err != nil {
		return nil, "", err
	}

	program := filepath.Join(scratch, "zeitwork")
	if err := run(ctx, nil, "go", "build", "-o", program, "./cmd/zeitwork"); err != nil {
		return nil, "", err
	}

	started, err := cluster.Start(ctx, cluster.Options{
		DataDir:      filepath.Join(scratch, "data"),
		CacheDir:     cache,
		Program:      program,
		Bin:          bin,
		ClusterRange: netip.MustParsePrefix("10.87.0.0/16"),
		BuildRange:   netip.MustParsePrefix("10.88.0.0/16"),
		Bridge:       "zwbench0",
		Progress:     progress,
	})

	return started, bin, err
}

func progress(part, detail string) { fmt.Fprintln(os.Stderr, part, detail) }

func newRaw(started *cluster.Cluster, bin, scratch string) (*raw, error) {
	const repository, lifetime = "deploybench/raw", time.Hour

	grant, err := registryauth.NewGrant(started.SecretKey(), registryauth.Repository(repository, registryauth.Pull, registryauth.Push),
		time.Now(), lifetime)
	if err != nil {
		return nil, err
	}

	containerd, err := client.New(started.Containerd())
	if err != nil {
		return nil, fmt.Errorf("connect to containerd: %w", err)
	}

	return &raw{
		buildctl: filepath.Join(bin, "buildctl"), buildkit: started.Buildkit(),
		registry: started.Registry(), repository: repository, user: registryauth.GrantUser, password: grant,
		containerd: containerd, scratch: scratch,
	}, nil
}
