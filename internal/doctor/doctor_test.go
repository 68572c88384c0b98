package doctor

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

func TestExamine_LeavesNothingBehind_AndAdvisesOnEverythingThatIsMissing(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	findings := Examine(t.Context(), Options{DataDir: filepath.Join(dir, "not", "there"), CacheDir: dir})

	for _, finding := range findings {
		require.NotEmpty(t, finding.Part)
		require.NotEmpty(t, finding.Detail, finding.Part)
		require.Equal(t, finding.OK, finding.Advice == "", "%s: %s", finding.Part, finding.Advice)
	}

	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestExamine_PortInUse_BlocksAndNamesTheVariable(t *testing.T) {
	t.Parallel()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })

	port := listener.Addr().(*net.TCPAddr).Port
	findings := Examine(t.Context(), Options{DataDir: t.TempDir(), CacheDir: t.TempDir(), Ports: []Port{{Name: "API", Number: port}}})

	blocker, found := lo.Find(Blockers(findings), func(f Finding) bool { return f.Part == fmt.Sprintf("port %d", port) })
	require.True(t, found)
	require.Contains(t, blocker.Advice, "ZEITWORK_UP_API_PORT")
}
