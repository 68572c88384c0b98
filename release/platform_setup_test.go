package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/internal/systemservice"
	"github.com/zeitwork/zeitwork/test/rig"
)

// clusterRange are the addresses of VMs. Each machine has them in a network namespace that leads nowhere else.
var clusterRange = netip.MustParsePrefix("10.97.0.0/16") //nolint:gochecknoglobals // It is never changed.

// buildkitAddress is the setting that tells workers where their builder is.
const buildkitAddress = "ZEITWORK_BUILDKIT_ADDRESS"

// platformBundle is a whole platform of what a release has: the control plane by Kamal, and machines with the package.
type platformBundle struct {
	*controlPlane

	registry, buildkit, containerd string
	git                            *gitServer
	// authority is the file of the certificate by which machines know the API.
	authority string
	token     string
	api       *rig.Platform

	// operator is the machine that the operator sits at.
	operator, node *packagedMachine
	// prefix are the addresses of the node's VMs.
	prefix   netip.Prefix
	edges    map[string]*packagedMachine
	balancer *balancer
	project  client.Project
}

func setupPlatform(t *testing.T) *platformBundle {
	t.Helper()

	b := &platformBundle{
		registry: needRegistry(t), buildkit: os.Getenv("ZEITWORK_TEST_BUILDKIT"), containerd: os.Getenv("ZEITWORK_TEST_CONTAINERD"),
		edges: map[string]*packagedMachine{},
	}
	if b.buildkit == "" {
		t.Skip("ZEITWORK_TEST_BUILDKIT is not set: run the tests through `go tool task test`, which starts a buildkitd for them")
	}

	for _, program := range []string{"nfpm", "dpkg-deb"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("it needs " + program + ": run the tests through `go tool task test`, on a machine with dpkg")
		}
	}

	b.controlPlane = newControlPlane(t)
	b.git = newGitServer(t)

	for _, version := range []string{firstVersion, secondVersion} {
		image, err := releases[version].image()
		require.NoError(t, err)
		b.docker.load(t, image, b.image(version))
	}

	network := b.docker.network
	// All parts know the registry by one name.
	network.loopback = []string{b.registry}
	gateway := network.gateway.String()
	b.config.Proxy.Host = gateway

	// What differs from one platform to the next.
	maps.Copy(b.config.Env.Clear, map[string]string{
		"ZEITWORK_PUBLIC_URL": "https://" + gateway, "ZEITWORK_CLUSTER_RANGE": clusterRange.String(),
		"ZEITWORK_REGISTRY_HOST": b.registry, "ZEITWORK_REGISTRY_INSECURE": "true",
		"ZEITWORK_GIT_PROTOCOLS": "http", "ZEITWORK_SOURCE_INTERNAL_RANGES": gateway + "/32",
	})

	buildkit, err := url.Parse(b.buildkit)
	require.NoError(t, err)

	b.config.Servers["worker"].Env.Clear[buildkitAddress] = "tcp://" + network.offerAt(t, "8372", buildkit.Scheme, buildkit.Path)

	return b
}

func (b *platformBundle) builderAddress() string {
	return b.config.Servers["worker"].Env.Clear[buildkitAddress]
}

// enter makes the operator, who sits at a machine with the package.
func (b *platformBundle) enter(t *testing.T) {
	t.Helper()

	b.token = b.bootstrap(t, firstVersion)

	address, chain := b.serve(t)
	b.docker.network.offerAt(t, "443", "tcp", address)

	b.authority = filepath.Join(t.TempDir(), "authority.pem")
	require.NoError(t, os.WriteFile(b.authority, chain, 0o600))

	b.api = &rig.Platform{API: newCrowd(t, "https://"+b.config.Proxy.Host, address, chain, b.token, "").api}
	b.operator = newPackagedMachine(t, b.docker.network, "operator", systemservice.Service{})
}

// command runs the package's program on the operator's machine, and returns what it printed.
func (b *platformBundle) command(ctx context.Context, environment []string, arguments ...string) (string, error) {
	var output, said bytes.Buffer

	command := exec.CommandContext(ctx, b.operator.path(packagedProgram), arguments...)
	command.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + b.operator.root, "SSL_CERT_FILE=" + b.authority, "ZEITWORK_API_URL=https://" + b.config.Proxy.Host, "ZEITWORK_TOKEN=" + b.token,
	}, environment...)
	command.Stdout, command.Stderr = &output, &said

	if err := netnamespace.Do(b.operator.namespace, command.Start); err != nil {
		return "", err
	}

	if err := command.Wait(); err != nil {
		return "", fmt.Errorf("zeitwork %s: %w: %s", strings.Join(arguments, " "), err, said.String())
	}

	return output.String(), nil
}

// balancerClient asks from where the internet is.
func (b *platformBundle) balancerClient() *http.Client {
	return &http.Client{Timeout: flipPatience, Transport: &http.Transport{DialContext: b.docker.network.dial}}
}
