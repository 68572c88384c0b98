package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/builder"
	"github.com/zeitwork/zeitwork/internal/postgresbin"
	"github.com/zeitwork/zeitwork/local/daemon"
	"github.com/zeitwork/zeitwork/local/toolchain"
	"github.com/zeitwork/zeitwork/test/machine"
)

// part is one thing that tests may need.
type part struct {
	name      string
	needsRoot bool
	// packages are the Debian packages without which it cannot run or be built.
	packages []string
	start    func(ctx context.Context, e *environment) error
}

const postgresPart = "postgres"

// parts returns all parts in the order in which they are started: buildkitd needs the address of the registry.
func parts() []part {
	daemons := toolchain.DaemonPackages()

	return []part{
		{name: "sqlc", packages: []string{"gcc", "libc6-dev"}, start: tools(toolchain.SQLC())},
		{name: "lint", start: tools(toolchain.Lint())},
		{name: "generate", start: tools(toolchain.Generate())},
		{name: "release", start: tools(toolchain.Release())},
		{name: "tailnet", start: findTailnet},
		{name: "prometheus", start: findPrometheus},
		{name: "chromium", packages: chromiumPackages(), start: findChromium},
		{name: postgresPart, packages: []string{"postgresql"}, start: startPostgres},
		{name: "s3", start: startS3},
		{name: "registry", packages: daemons, start: startRegistry},
		{name: "containerd", needsRoot: true, packages: append([]string{"catatonit", "iptables"}, daemons...), start: startContainerd},
		{name: "buildkitd", needsRoot: true, packages: daemons, start: startBuildkitd},
		{name: "machine", needsRoot: true, packages: machine.HostPackages(), start: makeMachine},
	}
}

func partNames() []string { return lo.Map(parts(), func(p part, _ int) string { return p.name }) }

// choose returns the named parts in the order of parts.
func choose(names []string) ([]part, error) {
	if unknown, _ := lo.Difference(names, partNames()); len(unknown) > 0 {
		return nil, fmt.Errorf("there is no part %q; the parts are %s", unknown[0], strings.Join(partNames(), ", "))
	}

	return lo.Filter(parts(), func(p part, _ int) bool { return slices.Contains(names, p.name) }), nil
}

func tools(module toolchain.Module) func(context.Context, *environment) error {
	return func(ctx context.Context, e *environment) error { return e.addTools(ctx, module) }
}

// findTailnet tells tests where the programs of a tailnet are.
func findTailnet(ctx context.Context, e *environment) error {
	bin, err := e.tools.Build(ctx, toolchain.Tailnet())
	if err != nil {
		return err
	}

	e.export("ZEITWORK_TEST_TAILNET", bin)

	return nil
}

// findPrometheus tells tests where the program is that reads rules and dashboards.
func findPrometheus(ctx context.Context, e *environment) error {
	bin, err := e.tools.Build(ctx, toolchain.Prometheus())
	if err != nil {
		return err
	}

	e.export("ZEITWORK_TEST_PROMETHEUS", bin)

	return nil
}

func startPostgres(ctx context.Context, e *environment) error {
	bin, err := postgresbin.Find(e.config.Postgres.Folder)
	if err != nil {
		return err
	}

	port, err := freePort()
	if err != nil {
		return err
	}

	process, err := daemon.Postgres{Home: e.home, Bin: bin, Port: port, Disposable: true}.Start(ctx)
	if err != nil {
		return err
	}

	e.stops = append(e.stops, process.Stop)
	e.export("ZEITWORK_TEST_DATABASE_URL", process.Address())

	return nil
}

func startS3(ctx context.Context, e *environment) error {
	bin, err := e.tools.Build(ctx, toolchain.VersityGW())
	if err != nil {
		return err
	}

	port, err := freePort()
	if err != nil {
		return err
	}

	server := daemon.S3{Home: e.home, Bin: bin, Port: port, BucketName: "tests", AccessKey: rand.Text(), SecretKey: rand.Text()}

	process, err := server.Start(ctx)
	if err != nil {
		return err
	}

	e.stops = append(e.stops, process.Stop)
	e.export("ZEITWORK_TEST_VERSITYGW", bin)
	e.export("ZEITWORK_TEST_S3", fmt.Sprintf("http://%s:%s@%s/%s", server.AccessKey, server.SecretKey, process.Address(), server.BucketName))

	return nil
}

func startRegistry(ctx context.Context, e *environment) error {
	bin, err := e.daemons(ctx)
	if err != nil {
		return err
	}

	port, err := freePort()
	if err != nil {
		return err
	}

	process, err := daemon.Registry{Home: e.home, Bin: bin, Port: port}.Start(ctx)
	if err != nil {
		return err
	}

	e.stops = append(e.stops, process.Stop)
	e.registry = process.Address()
	e.export("ZEITWORK_TEST_REGISTRY", process.Address())

	return nil
}

func startContainerd(ctx context.Context, e *environment) error {
	bin, err := e.daemons(ctx)
	if err != nil {
		return err
	}

	process, err := daemon.Containerd{Home: e.home, Bin: bin}.Start(ctx)
	if err != nil {
		return err
	}

	e.stops = append(e.stops, process.Stop, func(ctx context.Context) error { return removeContainers(ctx, process.Address()) })
	e.export("ZEITWORK_TEST_CONTAINERD", process.Address())

	return nil
}

func startBuildkitd(ctx context.Context, e *environment) error {
	bin, err := e.daemons(ctx)
	if err != nil {
		return err
	}

	subnet, err := freeSubnet()
	if err != nil {
		return err
	}

	const nameLength = 8

	buildkitd := builder.Buildkitd{
		Home: e.home, Programs: builder.ProgramsIn(bin), RegistryHost: e.registry, RegistryInsecure: true, Mirror: e.registry != "", Subnet: subnet,
		// The name is random, because two environments may run at once.
		Bridge: "zwtest" + strings.ToLower(rand.Text()[:nameLength]),
	}

	process, err := buildkitd.Start(ctx)
	if err != nil {
		return err
	}

	e.stops = append(e.stops, process.Stop)
	e.export("ZEITWORK_TEST_BUILDKIT", process.Address())
	e.export("ZEITWORK_TEST_BUILDKIT_NETWORK", buildkitd.NetworkNamespace())

	return nil
}

func makeMachine(ctx context.Context, e *environment) error {
	base, err := machine.EnsureBase(ctx, e.config.Toolchain.CacheDir, func(detail string) { sayf("machine: %s", detail) })
	if err != nil {
		return err
	}

	e.export("ZEITWORK_TEST_MACHINE", string(base))

	return nil
}

// daemons returns the folder of the daemons' binaries, and exports it to the command.
func (e *environment) daemons(ctx context.Context) (string, error) {
	bin, err := e.tools.Build(ctx, toolchain.Daemons())
	if err != nil {
		return "", err
	}

	if variable := "ZEITWORK_TEST_BIN=" + bin; !slices.Contains(e.variables, variable) {
		e.variables = append(e.variables, variable)
	}

	return bin, nil
}
