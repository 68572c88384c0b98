package hostpackages_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/hostpackages"
)

func TestMissing_NamesWhatIsNotInstalled(t *testing.T) {
	t.Parallel()
	needDpkg(t)

	missing, err := hostpackages.Missing(t.Context(), "dpkg", "no-such-package-zeitwork", "libc6", "another-one-zeitwork")
	require.NoError(t, err)
	require.Equal(t, []string{"no-such-package-zeitwork", "another-one-zeitwork"}, missing)
}

func TestEnsure_AllInstalled_RunsNoApt(t *testing.T) {
	needDpkg(t)

	calls := fakeApt(t, 0)

	require.NoError(t, hostpackages.Ensure(t.Context(), func(detail string) { t.Errorf("unexpected report %q", detail) }, "dpkg", "libc6"))
	require.NoFileExists(t, calls)
}

func TestEnsure_UpdateFails_InstallsAllTheSame(t *testing.T) {
	needDpkg(t)
	needRoot(t)

	calls := fakeApt(t, 0)

	require.NoError(t, hostpackages.Ensure(t.Context(), nil, "no-such-package-zeitwork"))

	log, err := os.ReadFile(calls)
	require.NoError(t, err)
	require.Regexp(t, `(?s)update.*install --yes --no-install-recommends -- no-such-package-zeitwork`, string(log))
}

func TestEnsure_InstallFails_SaysWhatToInstall(t *testing.T) {
	needDpkg(t)
	needRoot(t)

	fakeApt(t, 100)

	err := hostpackages.Ensure(t.Context(), nil, "no-such-package-zeitwork")
	require.ErrorContains(t, err, "install them yourself and try again: no-such-package-zeitwork")
	require.ErrorContains(t, err, "apt says no")
}

// fakeApt puts an apt-get first on PATH whose update always fails and whose install exits with the code; it returns the
// file that its calls are written to.
func fakeApt(t *testing.T, installCode int) string {
	t.Helper()

	folder := t.TempDir()
	calls := filepath.Join(folder, "calls")
	script := "#!/bin/sh\necho \"$@\" >> " + calls + "\necho apt says no\ncase \"$*\" in *update*) exit 100;; esac\n" +
		map[bool]string{true: "exit 0\n", false: "exit 100\n"}[installCode == 0]

	require.NoError(t, os.WriteFile(filepath.Join(folder, "apt-get"), []byte(script), 0o700))
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))

	return calls
}

func needDpkg(t *testing.T) {
	t.Helper()

	if _, err := exec.LookPath("dpkg-query"); err != nil {
		t.Skip("needs a machine with dpkg")
	}
}

func needRoot(t *testing.T) {
	t.Helper()

	if os.Geteuid() != 0 {
		t.Skip("only root installs packages")
	}
}
