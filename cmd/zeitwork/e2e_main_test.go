package main_test

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	program "github.com/zeitwork/zeitwork/cmd/zeitwork"
	"github.com/zeitwork/zeitwork/internal/dnscheck/dnstest"
	"github.com/zeitwork/zeitwork/local/baseimages"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/fixtures/npm"
	"github.com/zeitwork/zeitwork/test/rig"
)

// sourceLimit is the largest repository of the tests' platform, in bytes.
const sourceLimit = 8 << 20

// shared is the one platform of all tests of this package: starting it takes as long as a dozen of the tests.
var shared struct {
	once     sync.Once
	platform *rig.Platform
	// dns is whom the platform asks about domains.
	dns    *dnstest.Server
	err    error
	folder string
}

func TestMain(m *testing.M) {
	if os.Getenv(program.AsProgram) != "" {
		program.Main()
	}

	code := m.Run()

	if shared.platform != nil {
		if err := shared.platform.Stop(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "the platform does not stop cleanly:", err)

			code = max(code, 1)
		}
	}

	if shared.dns != nil {
		shared.dns.Close()
	}

	if shared.folder != "" && code == 0 {
		_ = os.RemoveAll(shared.folder)
	}

	os.Exit(code)
}

// startPlatform returns the tests' platform, and starts it for the first test. It skips the test where a platform cannot run.
func startPlatform(t *testing.T) *platform {
	t.Helper()

	bin := rig.NeedPlatform(t)

	shared.once.Do(func() { shared.err = startShared(context.Background(), bin) })
	npm.SkipIfCause(t, shared.err)
	require.NoError(t, shared.err)

	started := shared.platform

	return &platform{
		apiURL: started.APIURL(), edgeURL: started.EdgeURL(), token: started.UserToken(), binary: started.Program, client: started.API,
	}
}

func startShared(ctx context.Context, bin string) error {
	var err error

	if shared.folder, err = rig.NewScratch(); err != nil {
		return err
	}

	if shared.dns, err = dnstest.Start(ctx); err != nil {
		return err
	}

	shared.platform, err = rig.Start(ctx, shared.folder, cluster.Options{
		Bin:          bin,
		ClusterRange: netip.MustParsePrefix("10.85.0.0/16"),
		BuildRange:   netip.MustParsePrefix("10.86.0.0/16"),
		Bridge:       "zwe2e0",
		Disposable:   true,
		Workers:      2,
		SeedGitHub:   func(github *fakegithub.Server) error { github.AddUser("first"); return nil },
		// As in `up`: where Docker Hub can be reached, apps are built on its images.
		PublicRegistry: baseimages.PublicRegistry(ctx),
		Environ: []string{
			"ZEITWORK_HEALTH_TIMEOUT=15s",
			"ZEITWORK_IP_COOLDOWN=2s",
			"ZEITWORK_KEEP_WARM=0s",
			"ZEITWORK_GARBAGE_INTERVAL=2s",
			"ZEITWORK_KEEP_RELEASES=2",
			"ZEITWORK_POLL_INTERVAL=2s",
			"ZEITWORK_DNS_SERVER=" + shared.dns.Address,
			// The tests stand where TLS ends in production.
			"ZEITWORK_EDGE_TRUSTED_PROXIES=127.0.0.1/32",
			"ZEITWORK_SOURCE_MAX_BYTES=" + strconv.Itoa(sourceLimit),
			"ZEITWORK_LOG_LEVEL=debug",
		},
		Progress: func(part, detail string) { fmt.Fprintln(os.Stderr, "platform:", part, detail) },
	})

	return err
}
