package edgeproxy

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func TestNewTable_KeepsTheStateOfUpstreamsThatStay(t *testing.T) {
	t.Parallel()

	stays := client.Upstream{VMID: id.New(), Address: "127.0.0.1:1"}
	goes := client.Upstream{VMID: id.New(), Address: "127.0.0.1:2"}

	first, problems := newTable(client.RouteTable{Version: 1, Routes: []client.Route{live("a.example", stays, goes)}}, nil)
	require.Empty(t, problems)

	before := first.lookup("a.example").upstreams[0]
	before.rest(time.Now())

	second, problems := newTable(client.RouteTable{Version: 2, Routes: []client.Route{live("a.example", stays)}}, first)
	require.Empty(t, problems)
	require.Len(t, second.lookup("a.example").upstreams, 1)
	require.Same(t, before, second.lookup("a.example").upstreams[0])
	require.Len(t, first.lookup("a.example").upstreams, 2, "a table never changes")
}

func TestNewTable_AddressGivenToAnotherVM_BeginsAfresh(t *testing.T) {
	t.Parallel()

	first, _ := newTable(client.RouteTable{Routes: []client.Route{live("a.example", client.Upstream{VMID: id.New(), Address: "127.0.0.1:1"})}}, nil)
	second, _ := newTable(client.RouteTable{Routes: []client.Route{live("a.example", client.Upstream{VMID: id.New(), Address: "127.0.0.1:1"})}}, first)

	require.NotSame(t, first.lookup("a.example").upstreams[0], second.lookup("a.example").upstreams[0])
}

func TestNewTable_HostnamesOfOneDeploymentShareItsUpstreams(t *testing.T) {
	t.Parallel()

	vm := client.Upstream{VMID: id.New(), Address: "127.0.0.1:1"}
	made, _ := newTable(client.RouteTable{Routes: []client.Route{live("a.example", vm), live("b.example", vm)}}, nil)

	require.Same(t, made.lookup("a.example").upstreams[0], made.lookup("b.example").upstreams[0])
}

func TestNewTable_BrokenEntriesAreLeftOutAlone(t *testing.T) {
	t.Parallel()

	made, problems := newTable(client.RouteTable{Routes: []client.Route{
		live("not a hostname", client.Upstream{Address: "127.0.0.1:1"}),
		live("a.example", client.Upstream{Address: "metadata.internal:80"}, client.Upstream{Address: "127.0.0.1"}, client.Upstream{Address: "127.0.0.1:1"}),
	}}, nil)

	require.Len(t, problems, 3)
	require.Len(t, made.routes, 1)
	require.Len(t, made.lookup("a.example").upstreams, 1)
}

func TestTableFile_SavesAndLoads(t *testing.T) {
	t.Parallel()

	file := newTableFile(t.TempDir())

	nothing, err := file.load()
	require.NoError(t, err)
	require.Nil(t, nothing)

	want := client.RouteTable{Version: 7, Routes: []client.Route{live("a.example", client.Upstream{VMID: id.New(), Address: "127.0.0.1:1"})}}
	require.NoError(t, file.save(client.RouteTable{Version: 6}))
	require.NoError(t, file.save(want))

	got, err := file.load()
	require.NoError(t, err)
	require.Equal(t, want, *got)

	left, err := os.ReadDir(filepath.Dir(file.path))
	require.NoError(t, err)
	require.Len(t, left, 1, "no temporary files are left")
}

func TestTableFile_CannotBeWritten_LeavesNothingBehind(t *testing.T) {
	t.Parallel()

	directory := t.TempDir()
	file := tableFile{path: filepath.Join(directory, "taken")}
	require.NoError(t, os.Mkdir(file.path, dataDirMode))

	require.Error(t, file.save(client.RouteTable{Version: 1}))

	left, err := os.ReadDir(directory)
	require.NoError(t, err)
	require.Len(t, left, 1)
}
