// Command schema sends made-up requests, good and bad ones, to an API of its own and compares the answers with the API's OpenAPI document.
//
//	go run ./test/schema [-seed N] [-time 2m]
//
// Schemathesis makes the requests; it is installed into the cache folder at the first run. Postgres, the API and Schemathesis run in a network
// namespace that has a loopback interface and nothing else: whatever a request makes the API do, it reaches nobody. It needs root. The same seed gives
// the same requests.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/caarlos0/env/v11"

	"github.com/zeitwork/zeitwork/internal/hostpackages"
	"github.com/zeitwork/zeitwork/internal/postgresbin"
	"github.com/zeitwork/zeitwork/local/toolchain"
	"github.com/zeitwork/zeitwork/test/rig"
)

// config is the part of the platform's configuration that concerns this command.
type config struct {
	Toolchain toolchain.Config
	Postgres  postgresbin.Config
}

// options are the arguments of the command. Folder and tool are set for the process inside of the namespace alone.
type options struct {
	seed         int64
	limit        time.Duration
	folder, tool string
}

func main() {
	const failed, defaultLimit = 1, 2 * time.Minute

	chosen := options{}

	flag.Int64Var(&chosen.seed, "seed", time.Now().Unix(), "seed of the requests (default: one that is printed)")
	flag.DurationVar(&chosen.limit, "time", defaultLimit, "how long to send requests")
	flag.StringVar(&chosen.folder, "inside", "", "run inside of the namespace, in this folder: the command calls itself so")
	flag.StringVar(&chosen.tool, "tool", "", "Schemathesis, with -inside")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)

	run := outside
	if chosen.folder != "" {
		run = inside
	}

	err := run(ctx, chosen)

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "schema:", err)
		os.Exit(failed)
	}
}

// outside installs and builds what is needed, and runs this program again in a network namespace.
func outside(ctx context.Context, chosen options) (err error) {
	if os.Geteuid() != 0 {
		return errors.New("it needs root, for a network namespace")
	}

	configuration, err := env.ParseAs[config]()
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}

	if err := hostpackages.Ensure(ctx, say, missing(ctx, configuration)...); err != nil {
		return err
	}

	if chosen.tool, err = installSchemathesis(ctx, configuration.Toolchain.CacheDir); err != nil {
		return err
	}

	// The path of the system's folder for temporary files may be too long for sockets.
	if chosen.folder, err = os.MkdirTemp("/tmp", "zeitwork-schema-"); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}

	defer func() { err = errors.Join(err, os.RemoveAll(chosen.folder)) }()

	// Postgres runs as another user, who must get to its folder.
	if err := os.Chmod(chosen.folder, 0o711); err != nil { //nolint:gosec // Passing through is all that others may do.
		return fmt.Errorf("open the folder: %w", err)
	}

	if err := rig.BuildZeitwork(ctx, filepath.Join(chosen.folder, "zeitwork"), ""); err != nil {
		return err
	}

	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}

	again := exec.CommandContext(ctx, self, "-inside", chosen.folder, "-tool", chosen.tool,
		"-seed", strconv.FormatInt(chosen.seed, 10), "-time", chosen.limit.String())
	again.Stdout, again.Stderr = os.Stdout, os.Stderr
	again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	again.Cancel = func() error { return again.Process.Signal(syscall.SIGTERM) }

	return again.Run()
}

// missing are the Debian packages of what this machine does not have already, from Debian or from elsewhere.
func missing(ctx context.Context, configuration config) []string {
	var packages []string

	if _, err := postgresbin.Find(configuration.Postgres.Folder); err != nil {
		packages = append(packages, "postgresql")
	}

	if exec.CommandContext(ctx, "python3", "-c", "import venv, ensurepip").Run() != nil {
		packages = append(packages, "python3-venv")
	}

	return packages
}

func say(what string) { fmt.Fprintln(os.Stderr, "schema:", what) }
