package main_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/containers"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/core/leases"
	"github.com/containerd/containerd/v2/core/snapshots"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/nodeagent/network"
)

// nothingLeft requires that everything of the deployment disappears from the node: the containers, snapshots, leases,
// network namespaces and interfaces of its VMs, and its image.
func (p *platform) nothingLeft(t *testing.T, deployment uuid.UUID) {
	t.Helper()

	var left []string

	require.Eventually(t, func() bool {
		left = p.onNode(t, deployment)

		return len(left) == 0
	}, time.Minute, 50*time.Millisecond, "deployment %s has left things behind", deployment)

	require.Empty(t, left)
}

// onNode lists what the node holds of a deployment.
func (p *platform) onNode(t *testing.T, deployment uuid.UUID) []string {
	t.Helper()

	node, err := client.New(shared.platform.Containerd())
	require.NoError(t, err)
	defer func() { _ = node.Close() }()

	ctx := namespaces.WithNamespace(t.Context(), shared.platform.Namespace())

	allContainers, err := node.ContainerService().List(ctx)
	require.NoError(t, err)

	allLeases, err := node.LeasesService().List(ctx)
	require.NoError(t, err)

	allImages, err := node.ImageService().List(ctx)
	require.NoError(t, err)

	mounts, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)

	names := slices.Concat(
		lo.Map(allContainers, func(c containers.Container, _ int) string { return "container " + c.ID }),
		lo.Map(allLeases, func(l leases.Lease, _ int) string { return "lease " + l.ID }),
		lo.Map(allImages, func(i images.Image, _ int) string { return "image " + i.Name }),
		lo.Map(strings.Split(string(mounts), "\n"), func(line string, _ int) string { return "mount " + line }),
	)

	require.NoError(t, node.SnapshotService("").Walk(ctx, func(_ context.Context, info snapshots.Info) error {
		names = append(names, "snapshot "+info.Name)

		return nil
	}))

	marks := append(lo.Map(p.vmIDs(t, deployment), func(vm uuid.UUID, _ int) string { return vm.String() }), p.imageDigests(t, deployment)...)

	found := lo.Filter(names, func(name string, _ int) bool {
		return lo.SomeBy(marks, func(mark string) bool { return strings.Contains(name, mark) })
	})

	for _, vm := range p.vmIDs(t, deployment) {
		if _, err := netlink.LinkByName(network.InterfaceName(vm)); err == nil {
			found = append(found, "interface "+network.InterfaceName(vm))
		}
	}

	return found
}

// vmIDs returns every VM that the deployment ever had.
func (p *platform) vmIDs(t *testing.T, deployment uuid.UUID) []uuid.UUID {
	t.Helper()

	return ofDeployment[uuid.UUID](t, "SELECT id FROM vms WHERE deployment_id = $1", deployment)
}

// imageDigests returns the digest of the deployment's image where it has one. The API shows none of a project that is deleted.
func (p *platform) imageDigests(t *testing.T, deployment uuid.UUID) []string {
	t.Helper()

	return ofDeployment[string](t, "SELECT image_digest FROM deployments WHERE id = $1 AND image_digest IS NOT NULL", deployment)
}

// ofDeployment returns what a query on the platform's database finds of a deployment.
func ofDeployment[T any](t *testing.T, query string, deployment uuid.UUID) []T {
	t.Helper()

	connection, err := pgx.Connect(t.Context(), shared.platform.DatabaseURL())
	require.NoError(t, err)
	defer func() { _ = connection.Close(t.Context()) }()

	rows, err := connection.Query(t.Context(), query, deployment)
	require.NoError(t, err)

	found, err := pgx.CollectRows(rows, pgx.RowTo[T])
	require.NoError(t, err)

	return found
}

// nowhere requires that the secret stands in no log file, no row of the database and no command line of the machine.
func (p *platform) nowhere(t *testing.T, secret string) {
	t.Helper()

	spellings := [][]byte{[]byte(secret), []byte(base64.StdEncoding.EncodeToString([]byte(secret)))}
	clean := func(where string, content []byte) {
		for _, spelling := range spellings {
			require.False(t, bytes.Contains(content, spelling), "the secret stands in %s", where)
		}
	}

	logs := filepath.Join(shared.folder, "data", "logs")
	require.NoError(t, filepath.WalkDir(logs, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}

		content, err := os.ReadFile(path)
		clean(path, content)

		return err
	}))

	commandLines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)

	for _, path := range commandLines {
		if content, err := os.ReadFile(path); err == nil { // The process may have ended meanwhile.
			clean(path, content)
		}
	}

	connection, err := pgx.Connect(t.Context(), shared.platform.DatabaseURL())
	require.NoError(t, err)
	defer func() { _ = connection.Close(t.Context()) }()

	rows, err := connection.Query(t.Context(),
		"SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', 'river')")
	require.NoError(t, err)

	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.NotEmpty(t, tables)

	for _, table := range tables {
		var found bool

		query := "SELECT EXISTS (SELECT FROM " + table + " AS r WHERE r::text LIKE '%' || $1 || '%')"
		require.NoError(t, connection.QueryRow(t.Context(), query, secret).Scan(&found))
		require.False(t, found, "the secret stands in table %s", table)
	}
}

// incompressible returns a text of that many bytes that no compression makes smaller.
func incompressible(size int) string {
	content := make([]byte, size)
	_, _ = rand.Read(content)

	return string(content)
}
