package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/postgresbin"
	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/local/daemon"
)

// Nothing else listens in the namespace.
const (
	postgresPort = 5432
	address      = "127.0.0.1:8000"
)

// startTime is how long the API may take to answer.
const startTime = 30 * time.Second

// inside runs Postgres and the API in the namespace that this process is alone in, and Schemathesis against them.
func inside(ctx context.Context, chosen options) (err error) {
	if err := alone(); err != nil {
		return err
	}

	bin, err := postgresbin.Find("")
	if err != nil {
		return err
	}

	postgres, err := daemon.Postgres{Home: process.Home(chosen.folder), Bin: bin, Port: postgresPort, Disposable: true}.Start(ctx)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, postgres.Stop(context.WithoutCancel(ctx))) }()

	tokens := api.NewTokens()
	if err := prepare(ctx, postgres.Address(), tokens); err != nil {
		return err
	}

	stop, err := startAPI(ctx, chosen.folder, postgres.Address())
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, stop()) }()

	file := filepath.Join(chosen.folder, "schemathesis.toml")
	if err := os.WriteFile(file, []byte(configuration(tokens)), 0o600); err != nil {
		return fmt.Errorf("write the configuration of Schemathesis: %w", err)
	}

	say(fmt.Sprintf("sending requests for %s with the seed %d", chosen.limit, chosen.seed))

	return runSchemathesis(ctx, chosen, file, "http://"+address)
}

// alone takes the loopback interface up, and refuses to go on where there is any other.
func alone() error {
	links, err := netlink.LinkList()
	if err != nil {
		return fmt.Errorf("list the interfaces: %w", err)
	}

	for _, link := range links {
		if link.Attrs().Flags&syscall.IFF_LOOPBACK == 0 && link.Attrs().Flags&syscall.IFF_UP != 0 {
			return fmt.Errorf("the API could reach others by %s", link.Attrs().Name)
		}
	}

	loopback, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("find the loopback interface: %w", err)
	}

	if err := netlink.LinkSetUp(loopback); err != nil {
		return fmt.Errorf("take the loopback interface up: %w", err)
	}

	return nil
}

// prepare migrates the database and makes those whom the tokens belong to.
func prepare(ctx context.Context, url string, tokens api.Tokens) error {
	const connections = 2

	pool, err := database.Open(ctx, database.Config{URL: url, MaxConns: connections})
	if err != nil {
		return err
	}
	defer pool.Close()

	if err := database.Migrate(ctx, pool); err != nil {
		return err
	}

	return api.Bootstrap{
		Email: "operator@example.com", Organisation: "operators", Node: "node-1", Edge: "edge-1", Region: "here",
		ClusterRange: netip.MustParsePrefix("10.77.0.0/16"), Tokens: tokens,
	}.Run(ctx, pool)
}

// startAPI starts the API and returns once it answers. An error of stop says that it did not stop in order.
func startAPI(ctx context.Context, folder, databaseURL string) (stop func() error, err error) {
	command := exec.CommandContext(ctx, filepath.Join(folder, "zeitwork"), "api")
	command.Stderr = os.Stderr
	command.Env = append(os.Environ(),
		"ZEITWORK_DATABASE_URL="+databaseURL, "ZEITWORK_SECRET_KEY="+secret.GenerateKey().Encode(), "ZEITWORK_API_LISTEN="+address,
		"ZEITWORK_API_REQUESTS_PER_MINUTE=1000000", "ZEITWORK_API_SIGN_INS_PER_MINUTE=1000000",
		"ZEITWORK_BASE_DOMAIN=apps.example.com", "ZEITWORK_EDGE_URL=http://127.0.0.1:8080", "ZEITWORK_REGISTRY_HOST=127.0.0.1:5000", "ZEITWORK_LOG_LEVEL=error")
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }

	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the API: %w", err)
	}

	stop = func() error {
		if err := command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop the API: %w", err)
		}

		return command.Wait()
	}

	waiting, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()

	for !answers(waiting) {
		select {
		case <-waiting.Done():
			return nil, errors.Join(errors.New("the API does not answer"), stop())
		case <-time.After(100 * time.Millisecond): //nolint:mnd // A process says nothing when it has begun to listen.
		}
	}

	return stop, nil
}

func answers(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/healthz", nil)
	if err != nil {
		return false
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}

	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}
