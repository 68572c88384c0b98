package nodeagent

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

// installInits makes a PATH on which the inits are, and nothing else.
func installInits(t *testing.T, names ...string) string {
	t.Helper()

	folder := t.TempDir()
	for _, name := range names {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), nil, 0o700))
	}

	t.Setenv("PATH", folder)

	return folder
}

func TestFindInit_TakesCatatonitFirst(t *testing.T) {
	folder := installInits(t, tini, catatonit)

	for _, runtime := range []string{containers.Runc, containers.Kata} {
		path, err := Config{Runtime: runtime}.findInit()
		require.NoError(t, err)
		require.Equal(t, filepath.Join(folder, catatonit), path)
	}
}

func TestFindInit_TiniServesOnRunc_AndIsRefusedOnKata(t *testing.T) {
	folder := installInits(t, tini)
	installed := filepath.Join(folder, tini)
	link := filepath.Join(folder, "init")
	require.NoError(t, os.Symlink(installed, link))

	path, err := Config{Runtime: containers.Runc}.findInit()
	require.NoError(t, err)
	require.Equal(t, installed, path)

	for _, configured := range []string{"", installed, link} {
		_, err = Config{Runtime: containers.Kata, Init: configured}.findInit()
		require.ErrorContains(t, err, "tini-static cannot be the init of VMs on Kata Containers")
		require.ErrorContains(t, err, "install Debian's package catatonit, and set ZEITWORK_NODE_INIT to its path or leave it empty")

		require.Equal(t, Finding{Part: "init", Detail: "PID 1 for VMs is missing or does not serve.", Advice: err.Error() + "."},
			checkInit(Config{Runtime: containers.Kata, Init: configured}))
	}
}

func TestFindInit_NoneIsThere_SaysWhatToInstall(t *testing.T) {
	installInits(t)

	_, err := Config{Runtime: containers.Runc}.findInit()
	require.ErrorContains(t, err, "install Debian's package catatonit, or set ZEITWORK_NODE_INIT to a static one")
}

func TestExitCode_InitThatCannotExecuteTheCommand_IsTakenAtItsWord(t *testing.T) {
	t.Parallel()

	for line, wanted := range map[string]uint32{
		"ERROR (catatonit:2): failed to exec pid1: No such file or directory": notFound,
		"ERROR (catatonit:2): failed to exec pid1: Permission denied":         notExecutable,
		"ERROR (catatonit:2): failed to exec pid1: Exec format error":         notExecutable,
		"the app itself: failed to exec pid1: No such file or directory":      1,
		"cannot find the database":                                            1,
	} {
		m := newMachine(t.Context(), &Agent{config: Config{DataDir: t.TempDir()}, logger: slog.New(slog.DiscardHandler)}, [16]byte{1}, nil)
		require.NoError(t, vmlog.Prepare(m.logFolder(), 0))
		require.NoError(t, os.WriteFile(filepath.Join(m.logFolder(), "log"), []byte(`{"s":1,"o":"stderr","l":"`+line+`"}`+"\n"), 0o600))
		require.Equal(t, wanted, m.exitCode(1), line)
		require.EqualValues(t, 137, m.exitCode(137))
	}
}
