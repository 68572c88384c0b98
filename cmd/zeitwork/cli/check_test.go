package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheck_AsksForALookAtTheRepository(t *testing.T) {
	t.Parallel()

	code, _, stderr := runAgainst(t, map[string]string{
		"GET /v1/projects": pinnedProject(),
		"POST /v1/projects/01900000-0000-7000-8000-000000000000/check": `{"slug":"shop"}`,
	}, "check", "-p", "shop")
	require.Equal(t, ExitOK, code)
	require.Contains(t, stderr, "looks at the repository of shop")
}
