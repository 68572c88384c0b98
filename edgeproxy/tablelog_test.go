package edgeproxy

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/flock"
	"github.com/zeitwork/zeitwork/internal/id"
)

// loggedTables are the tables that writeLog writes, one behind the other.
func loggedTables() []client.RouteTable {
	vm := client.Upstream{VMID: id.New(), Address: "127.0.0.1:1", Region: "a&b <c>"}

	return []client.RouteTable{
		{Version: 1, Routes: []client.Route{live("a.example", vm), live("b.example")}},
		{Version: 4, Routes: []client.Route{live("a.example"), live("b.example")}},
		{Version: 5, Routes: []client.Route{live("a.example"), live("c.example", vm)}},
	}
}

func writeLog(tb testing.TB, l *tableLog, tables []client.RouteTable) {
	tb.Helper()

	for i, table := range tables {
		change := wholeChange(table.Version, table.Routes...)
		if i > 0 {
			change = changeBetween(tables[i-1], table)
		}

		text, err := encodeChange(change)
		require.NoError(tb, err)
		require.NoError(tb, l.save(text, i == 0))
	}
}

// saveTables leaves the file of a process that has written the tables and ended.
func saveTables(tb testing.TB, directory string, tables []client.RouteTable) {
	tb.Helper()

	l := newLog(tb, directory)
	writeLog(tb, l, tables)
	l.close()
}

func newLog(tb testing.TB, directory string) *tableLog {
	tb.Helper()

	l := newTableLog(directory, func(err error) { tb.Error(err) })
	tb.Cleanup(l.close)

	return l
}

// served is the table that an edge would serve from the file: its version and a table; 0 for none.
func served(tb testing.TB, directory string) (int64, *table) {
	tb.Helper()

	l := newLog(tb, directory)
	defer l.close()

	changes, err := l.load()
	if err != nil || changes == nil {
		return 0, nil
	}

	book := newTableBook(newLedger())
	made, problems, err := book.apply(merge(changes))
	require.NoError(tb, err)
	require.Empty(tb, problems)
	require.True(tb, book.verified, "the checksum is the one of the last change")

	return made.version, made
}

func TestTableLog_HoldsWhatWasSaved(t *testing.T) {
	t.Parallel()

	directory := t.TempDir()
	version, _ := served(t, directory)
	require.Zero(t, version)

	saveTables(t, directory, loggedTables())

	version, made := served(t, directory)
	require.EqualValues(t, 5, version)
	require.Nil(t, made.lookup("b.example"))
	require.Len(t, made.lookup("c.example").upstreams, 1)

	left, err := os.ReadDir(directory)
	require.NoError(t, err)
	require.Len(t, left, 1, "no temporary files are left")
}

func TestTableLog_CutOffAnywhere_HoldsAnEarlierTableOrNone(t *testing.T) {
	t.Parallel()

	directory, tables := t.TempDir(), loggedTables()
	saveTables(t, directory, tables)

	path := filepath.Join(directory, "routes.log")
	content, err := os.ReadFile(path)
	require.NoError(t, err)

	found := map[int64]bool{}

	for length := range content {
		require.NoError(t, os.WriteFile(path, content[:length], 0o600))

		version, made := served(t, directory)
		found[version] = true

		if version == 0 {
			continue
		}

		// What comes next stands behind what is whole.
		next := client.RouteTable{Version: version + 1, Routes: []client.Route{live("d.example")}}
		before, _ := lo.Find(tables, func(table client.RouteTable) bool { return table.Version == version })
		require.Equal(t, len(before.Routes), made.hostnames)

		l := newLog(t, directory)
		_, err := l.load()
		require.NoError(t, err)

		text, err := encodeChange(changeBetween(before, next))
		require.NoError(t, err)
		require.NoError(t, l.save(text, false))
		l.close()

		version, made = served(t, directory)
		require.Equal(t, next.Version, version)
		require.Equal(t, 1, made.hostnames)
	}

	require.Equal(t, map[int64]bool{0: true, 1: true, 4: true}, found)
}

func TestTableLog_AnyBitIsWrong_HoldsNothing(t *testing.T) {
	t.Parallel()

	directory := t.TempDir()
	saveTables(t, directory, loggedTables())

	content, err := os.ReadFile(filepath.Join(directory, "routes.log"))
	require.NoError(t, err)

	for bit := range 8 * len(content) {
		content[bit/8] ^= 1 << (bit % 8)

		_, _, _, err := parseLog(content)
		require.ErrorIs(t, err, errLogBroken, "bit %d", bit)

		content[bit/8] ^= 1 << (bit % 8)
	}
}

func FuzzTableLog(f *testing.F) {
	directory := f.TempDir()
	saveTables(f, directory, loggedTables())

	content, err := os.ReadFile(filepath.Join(directory, "routes.log"))
	require.NoError(f, err)
	f.Add(content)
	f.Add(content[:len(content)-1])

	f.Fuzz(func(t *testing.T, content []byte) {
		changes, base, size, err := parseLog(content)
		if err != nil {
			return
		}

		require.NotEmpty(t, changes)
		require.LessOrEqual(t, base, size)
		require.LessOrEqual(t, size, int64(len(content)))
		merge(changes)
	})
}

func TestTableLog_ManyChanges_AreCompactedWhileOthersAreAppended(t *testing.T) {
	t.Parallel()

	directory := t.TempDir()
	l := newLog(t, directory)
	before := client.RouteTable{Version: 1, Routes: lo.Times(20, func(i int) client.Route { return live(fmt.Sprintf("%d.example", i)) })}
	writeLog(t, l, []client.RouteTable{before})

	for version := int64(2); version < 1000; version++ {
		after := client.RouteTable{Version: version, Routes: append([]client.Route{live("0.example")}, before.Routes[1:]...)}
		text, err := encodeChange(changeBetween(before, after))
		require.NoError(t, err)
		require.NoError(t, l.save(text, false))

		before = after
	}

	l.close()

	version, made := served(t, directory)
	require.EqualValues(t, 999, version)
	require.Equal(t, *before.Routes[0].DeploymentID, made.lookup("0.example").deploymentID)

	info, err := os.Stat(filepath.Join(directory, "routes.log"))
	require.NoError(t, err)

	text, err := json.Marshal(before)
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(200*len(text)), "a thousand changes do not stay on the disk")

	left, err := os.ReadDir(directory)
	require.NoError(t, err)
	require.Len(t, left, 1, "no temporary files are left")
}

func TestTableLog_LeftoversOfACrash_AreRemoved(t *testing.T) {
	t.Parallel()

	directory := t.TempDir()
	saveTables(t, directory, loggedTables())
	require.NoError(t, os.WriteFile(filepath.Join(directory, "routes-1.tmp"), []byte("half"), 0o600))

	version, _ := served(t, directory)
	require.EqualValues(t, 5, version)
	require.NoFileExists(t, filepath.Join(directory, "routes-1.tmp"))
}

func TestTableLog_CannotBeWritten_LeavesNothingThatIsOld(t *testing.T) {
	t.Parallel()

	directory := t.TempDir()
	l := newLog(t, directory)
	writeLog(t, l, loggedTables())
	require.NoError(t, l.file.Close())
	require.Error(t, l.save([]byte("{}"), false))
	require.NoFileExists(t, l.path)

	// Something that is not empty and cannot be removed stands in its place.
	require.NoError(t, os.MkdirAll(filepath.Join(l.path, "taken"), dataDirMode))
	require.ErrorIs(t, l.save([]byte("{}"), true), errStale)
}

// An edge that drains goes on while the next one serves from the same directory.
func TestTableLog_OfAnotherProcess_IsReadAndNotChanged(t *testing.T) {
	t.Parallel()

	directory, tables := t.TempDir(), loggedTables()
	before, after := newLog(t, directory), newLog(t, directory)
	writeLog(t, before, tables[:2])

	changes, err := after.load()
	require.NoError(t, err)
	require.EqualValues(t, 4, merge(changes).Version)

	text, err := encodeChange(changeBetween(tables[1], tables[2]))
	require.NoError(t, err)
	require.ErrorIs(t, after.save(text, false), flock.ErrHeld)
	require.NoError(t, before.save(text, false))
	before.close()

	whole, err := encodeChange(wholeChange(6))
	require.NoError(t, err)
	require.NoError(t, after.save(whole, true))
	after.close()

	version, made := served(t, directory)
	require.EqualValues(t, 6, version)
	require.Zero(t, made.hostnames)
}
