package version

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDescribe_StampedBuild_SaysWhatWasStamped(t *testing.T) {
	t.Parallel()

	info := describe("v1.2.3", "abc", &debug.BuildInfo{
		Main: debug.Module{Version: "v0.0.0-2026"}, Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "def"}},
	})

	require.Equal(t, "v1.2.3", info.Version)
	require.Equal(t, "abc", info.Commit)
}

func TestDescribe_BuildWithoutStamp_SaysWhatTheGoCommandRecorded(t *testing.T) {
	t.Parallel()

	info := describe("", "", &debug.BuildInfo{
		GoVersion: "go1.26.8", Main: debug.Module{Version: "v0.0.0-2026"},
		Settings: []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: "def"}},
	})

	require.Equal(t, Info{Version: "v0.0.0-2026", Commit: "def", Go: "go1.26.8", Platform: runtime.GOOS + "/" + runtime.GOARCH}, info)
}

func TestDescribe_BuildOutsideGit_SaysUnknown(t *testing.T) {
	t.Parallel()

	info := describe("", "", &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}})

	require.Equal(t, Unknown, info.Version)
	require.Equal(t, Unknown, info.Commit)
	require.Equal(t, runtime.Version(), info.Go)
}

func TestInfo_String_IsOneLine(t *testing.T) {
	t.Parallel()

	info := Info{Version: "v1.2.3", Commit: "abc", Go: "go1.26.8", Platform: "linux/amd64"}
	require.Equal(t, "v1.2.3 (commit abc, go1.26.8, linux/amd64)", info.String())
}

// The linker ignores a name that does not exist, so that a renamed variable would go unnoticed.
func TestGet_BuildByTheTaskfile_CarriesItsStamp(t *testing.T) {
	t.Parallel()

	const name = "github.com/zeitwork/zeitwork/internal/version"

	taskfile, err := os.ReadFile(filepath.Join("..", "..", "Taskfile.yml"))
	require.NoError(t, err)
	require.Contains(t, string(taskfile), "STAMP: "+name+"\n")
	require.Contains(t, string(taskfile), "-X {{.STAMP}}.version={{.VERSION}} -X {{.STAMP}}.commit={{.COMMIT}}")

	run := exec.CommandContext(t.Context(), "go", "run", "-ldflags", "-X "+name+".version=v9 -X "+name+".commit=c9", "./testdata/print")
	output, err := run.CombinedOutput()
	require.NoError(t, err, string(output))

	var info Info
	require.NoError(t, json.Unmarshal(output, &info))
	require.Equal(t, "v9", info.Version)
	require.Equal(t, "c9", info.Commit)
}
