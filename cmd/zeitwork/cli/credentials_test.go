package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommands_SignedOut_SayHowToSignIn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.Equal(t, ExitSignedOut, b.run(t, "projects"))
	require.Contains(t, b.err.String(), "zeitwork login")
}
