package architecture_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFaultPoints_CannotBeReachedInAProductionBuild(t *testing.T) {
	t.Parallel()

	// A package that imports nothing can read no variable and no file, and send no signal.
	require.Empty(t, importsOf(t, "./internal/faultpoint"))
	require.Contains(t, importsOf(t, "-tags", "faultpoints", "./internal/faultpoint"), "syscall", "the tag brings them in")
}

func importsOf(t *testing.T, arguments ...string) string {
	t.Helper()

	command := exec.CommandContext(t.Context(), "go", append([]string{"list", "-f", "{{join .Imports \" \"}}"}, arguments...)...)
	command.Dir = filepath.Join("..", "..")

	output, err := command.Output()
	require.NoError(t, err)

	return strings.TrimSpace(string(output))
}
