package main

import (
	"bufio"
	"context"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// upgradePart is the command that `zeitwork upgrade` runs for each part. It has the test do it, and waits for that.
const upgradePart = `#!/bin/sh
set -e
printf '%s,%s,%s\n' "$1" "$2" "$3" > "$(dirname "$0")/wanted"
read -r _ < "$(dirname "$0")/done"
`

// upgrade brings the whole platform to a version by `zeitwork upgrade`.
func (b *platformBundle) upgrade(t *testing.T, version string) {
	t.Helper()

	b.operator.install(t, version)

	script := b.operator.path("/upgrade-part")
	require.NoError(t, os.WriteFile(script, []byte(upgradePart), 0o700))

	pipes := map[string]*os.File{}

	for _, name := range []string{"/wanted", "/done"} {
		require.NoError(t, syscall.Mkfifo(b.operator.path(name), 0o600))

		pipe, err := os.OpenFile(b.operator.path(name), os.O_RDWR, 0)
		require.NoError(t, err)

		defer func() { _ = pipe.Close() }()

		pipes[name] = pipe
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	ended, wanted := make(chan error, 1), make(chan string)

	go func() {
		// The suite's buildkitd is no builder of a release.
		_, err := b.command(ctx, nil, "upgrade", version, "--yes", "--timeout", flipPatience.String(), "--drain", "1s", "--without", b.builderAddress(),
			"--", script, "{part}", "{name}", "{version}")
		ended <- err
	}()
	go func() {
		for lines := bufio.NewScanner(pipes["/wanted"]); lines.Scan(); {
			select {
			case wanted <- lines.Text():
			case <-ctx.Done():
			}
		}
	}()

	var upgraded []string

	for {
		select {
		case line := <-wanted:
			upgraded = append(upgraded, line)
			part := strings.Split(line, ",")
			b.upgradePart(t, part[0], part[1], part[2])

			_, err := pipes["/done"].WriteString("done\n")
			require.NoError(t, err)
		case err := <-ended:
			require.NoError(t, err)
			require.Equal(t, []string{"control-plane,," + version, "edge,edge-1," + version, "edge,edge-2," + version, "node,node-1," + version}, upgraded)

			return
		}
	}
}

// upgradePart does what the documents ask for.
func (b *platformBundle) upgradePart(t *testing.T, part, name, version string) {
	t.Helper()

	switch part {
	case "control-plane":
		b.replaceControlPlane(t, firstVersion, version)
	case "edge":
		m := b.edges[name]
		m.install(t, version)

		b.balancer.requireLeft(t, m.address.String())
		require.NoError(t, m.stop(t.Context()))
		m.start(t)
	case "node":
		b.node.install(t, version)
		require.NoError(t, b.node.stop(t.Context()))
		b.node.start(t)
	default:
		require.Failf(t, "there is no such part", "%s", part)
	}
}

// replaceControlPlane is `kamal deploy` of another version.
func (b *platformBundle) replaceControlPlane(t *testing.T, before, version string) {
	t.Helper()

	b.migrate(t, version)

	b.web[version], b.worker[version] = b.docker.run(t, b.container(t, "web", version)), b.docker.run(t, b.container(t, "worker", version))
	require.NoError(t, b.proxy.deploy(t.Context(), b.web[version].address.String()))
	b.stop(t, before)
}
