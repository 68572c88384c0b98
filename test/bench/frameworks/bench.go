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

	"github.com/zeitwork/zeitwork/local/baseimages"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/local/toolchain"
)

// bench measures and prints the report, whose last line is the last of all: the platform has stopped by then.
func bench(ctx context.Context, rounds int, names []string) error {
	if rounds < 1 {
		return errors.New("measure one round at least")
	}

	all, err := chosen(names)
	if err != nil {
		return err
	}

	results, err := measure(ctx, rounds, all)
	if err != nil {
		return err
	}

	report(results)

	return nil
}

// measure runs a platform of its own and deploys on it, one framework after the other.
func measure(ctx context.Context, rounds int, all []framework) (results []result, err error) {
	scratch, err := os.MkdirTemp("/tmp", "zwb") // Short: sockets stand below it.
	if err != nil {
		return nil, fmt.Errorf("make a scratch folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()

	// Postgres runs as another user, who must be able to pass.
	if err := os.Chmod(scratch, 0o711); err != nil { //nolint:gosec // Pass, do not list.
		return nil, fmt.Errorf("open the scratch folder: %w", err)
	}

	b := &workbench{rounds: rounds, scratch: scratch, cacheDir: "/var/cache/zeitwork"}
	if cache := os.Getenv("ZEITWORK_CACHE_DIR"); cache != "" {
		b.cacheDir = cache
	}

	started, err := b.startCluster(ctx)
	if err != nil {
		return nil, err
	}

	defer func() { err = errors.Join(err, started.Stop(context.WithoutCancel(ctx))) }()

	if b.platform, err = newPlatform(started); err != nil {
		return nil, err
	}

	containerd, err := client.New(started.Containerd())
	if err != nil {
		return nil, fmt.Errorf("connect to containerd: %w", err)
	}
	defer func() { _ = containerd.Close() }()

	b.containers = &containers{cluster: started, client: containerd}

	for _, f := range all {
		measured, err := b.measure(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}

		results = append(results, measured)
	}

	return results, nil
}

func (b *workbench) startCluster(ctx context.Context) (*cluster.Cluster, error) {
	source, err := toolchain.SourceDir()
	if err != nil {
		return nil, err
	}

	bin, err := toolchain.Builder{CacheDir: b.cacheDir, SourceDir: source, Progress: progress}.Build(ctx, toolchain.Daemons())
	if err != nil {
		return nil, err
	}

	program := filepath.Join(b.scratch, "zeitwork")
	if err := run(ctx, "go", "build", "-o", program, "./cmd/zeitwork"); err != nil {
		return nil, err
	}

	return cluster.Start(ctx, cluster.Options{
		DataDir:        filepath.Join(b.scratch, "data"),
		CacheDir:       b.cacheDir,
		Program:        program,
		Bin:            bin,
		ClusterRange:   netip.MustParsePrefix("10.90.0.0/16"),
		BuildRange:     netip.MustParsePrefix("10.98.0.0/16"),
		Bridge:         "zwframeworks0",
		PublicRegistry: baseimages.PublicRegistry(ctx),
		Environ:        []string{"ZEITWORK_KEEP_WARM=0s"},
		Progress:       progress,
	})
}

func progress(part, detail string) {
	fmt.Fprintln(os.Stderr, time.Now().Format(time.TimeOnly), part, detail)
}
