package main_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/nodeagent/network"
)

// nothingLeft requires that every VM of the deployment disappears from the node: container, snapshot, lease, namespace
// and interface.
func (p *platform) nothingLeft(t *testing.T, deployment uuid.UUID) {
	t.Helper()

	vms := p.vmIDs(t, deployment)

	node, err := client.New(shared.cluster.Containerd())
	require.NoError(t, err)
	defer func() { _ = node.Close() }()

	ctx := namespaces.WithNamespace(t.Context(), "zeitwork")

	require.Eventually(t, func() bool {
		for _, vm := range vms {
			if _, err := node.ContainerService().Get(ctx, vm.String()); err == nil {
				return false
			}

			if _, err := node.SnapshotService("").Stat(ctx, vm.String()); err == nil {
				return false
			}

			if _, err := netlink.LinkByName(network.InterfaceName(vm)); err == nil {
				return false
			}
		}

		leases, err := node.LeasesService().List(ctx)
		require.NoError(t, err)

		for _, lease := range leases {
			for _, vm := range vms {
				if strings.Contains(lease.ID, vm.String()) {
					return false
				}
			}
		}

		return true
	}, time.Minute, 50*time.Millisecond, "VMs of deployment %s are left behind: %v", deployment, vms)
}

// vmIDs returns every VM that the deployment ever had.
func (p *platform) vmIDs(t *testing.T, deployment uuid.UUID) []uuid.UUID {
	t.Helper()

	connection, err := pgx.Connect(t.Context(), shared.cluster.DatabaseURL())
	require.NoError(t, err)
	defer func() { _ = connection.Close(t.Context()) }()

	rows, err := connection.Query(t.Context(), "SELECT id FROM vms WHERE deployment_id = $1", deployment)
	require.NoError(t, err)

	vms, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	require.NoError(t, err)

	return vms
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

	connection, err := pgx.Connect(t.Context(), shared.cluster.DatabaseURL())
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
