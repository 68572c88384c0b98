package main_test

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/baseimages"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/test/fixtures/npm"
)

// sourceLimit is the largest repository of the tests' platform, in bytes.
const sourceLimit = 8 << 20

// shared is the one platform of all tests of this package: starting it takes as long as a dozen of them.
var shared struct {
	once    sync.Once
	cluster *cluster.Cluster
	binary  string
	err     error
	folder  string
}

func TestMain(m *testing.M) {
	code := m.Run()

	if shared.cluster != nil {
		if err := shared.cluster.Stop(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "the platform does not stop cleanly:", err)

			code = max(code, 1)
		}
	}

	if shared.folder != "" && code == 0 {
		_ = os.RemoveAll(shared.folder)
	}

	os.Exit(code)
}

// startPlatform returns the tests' platform, starting it for the first. It skips the test where it cannot run.
func startPlatform(t *testing.T) *platform {
	t.Helper()

	bin := os.Getenv("ZEITWORK_TEST_BIN")
	if bin == "" {
		t.Skip("ZEITWORK_TEST_BIN is not set: run the tests through `go tool task test`, which builds the daemons for them")
	}

	if os.Geteuid() != 0 {
		t.Skip("the platform needs root: network namespaces, mounts and containerd")
	}

	shared.once.Do(func() { shared.err = startCluster(context.Background(), bin) })
	npm.SkipIfCause(t, shared.err)
	require.NoError(t, shared.err)

	return newPlatform(t, shared.cluster.APIURL(), shared.cluster.EdgeURL(), shared.cluster.UserToken(), shared.binary)
}

// cacheDir is the cache that `up` uses too.
func cacheDir() string { return cmp.Or(os.Getenv("ZEITWORK_CACHE_DIR"), "/var/cache/zeitwork") }

func startCluster(ctx context.Context, bin string) error {
	var err error
	// A short path: the sockets below it may be 107 bytes long.
	if shared.folder, err = os.MkdirTemp("/tmp", "zw"); err != nil {
		return err
	}

	// Postgres runs as another user, who must be able to pass.
	if err := os.Chmod(shared.folder, 0o711); err != nil {
		return err
	}

	shared.binary = filepath.Join(shared.folder, "zeitwork")
	if output, err := exec.CommandContext(ctx, "go", "build", "-o", shared.binary, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("build zeitwork: %w\n%s", err, output)
	}

	shared.cluster, err = cluster.Start(ctx, cluster.Options{
		DataDir:      filepath.Join(shared.folder, "data"),
		CacheDir:     cacheDir(),
		Program:      shared.binary,
		Bin:          bin,
		ClusterRange: netip.MustParsePrefix("10.85.0.0/16"),
		BuildRange:   netip.MustParsePrefix("10.86.0.0/16"),
		Bridge:       "zwe2e0",
		Disposable:   true,
		Workers:      2,
		// As `up` decides: where Docker Hub is in reach, apps are built on its images.
		PublicRegistry: baseimages.PublicRegistry(ctx),
		Environ: []string{
			"ZEITWORK_HEALTH_TIMEOUT=15s",
			"ZEITWORK_IP_COOLDOWN=2s",
			"ZEITWORK_KEEP_WARM=0s",
			"ZEITWORK_GARBAGE_INTERVAL=2s",
			"ZEITWORK_KEEP_RELEASES=2",
			"ZEITWORK_POLL_INTERVAL=2s",
			// The tests stand where TLS ends in production.
			"ZEITWORK_EDGE_TRUSTED_PROXIES=127.0.0.1/32",
			"ZEITWORK_SOURCE_MAX_BYTES=" + strconv.Itoa(sourceLimit),
			"ZEITWORK_LOG_LEVEL=debug",
		},
		Progress: func(part, detail string) { fmt.Fprintln(os.Stderr, "platform:", part, detail) },
	})

	return err
}
