package systemservice

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// installSystemctl has the service be in a state for programs that this test starts, and returns the file that has what was asked of systemctl.
func installSystemctl(t *testing.T, state string) string {
	t.Helper()

	folder := t.TempDir()
	asked := filepath.Join(folder, "asked")
	program := "#!/bin/sh\nif [ \"$1\" = show ]; then printf '" + state + "'; else echo \"$@\" >> " + asked + "; fi\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "systemctl"), []byte(program), 0o755))
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))

	return asked
}

func TestStop_ServiceOfAPackage_IsStoppedThoughItsUnitIsElsewhere(t *testing.T) {
	asked := installSystemctl(t, `LoadState=loaded\nActiveState=active\n`)

	require.NoError(t, Service{Name: "zeitwork-of-a-test"}.Stop(t.Context(), func(string) {}))

	content, err := os.ReadFile(asked)
	require.NoError(t, err)
	require.Equal(t, "disable --now --quiet zeitwork-of-a-test\n", string(content))
}

func TestStop_NoSuchService_DoesNothing(t *testing.T) {
	asked := installSystemctl(t, `LoadState=not-found\nActiveState=inactive\n`)

	require.NoError(t, Service{Name: "zeitwork-of-a-test"}.Stop(t.Context(), func(string) {}))
	require.NoFileExists(t, asked)
}
