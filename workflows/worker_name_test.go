package workflows

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHostOf_IsWhatAWorkerWasNamedBy(t *testing.T) {
	t.Parallel()

	require.Equal(t, "builder-7.example.com", HostOf(nameOf("builder-7.example.com")))
	require.Equal(t, "w", HostOf("w"))
	require.Empty(t, HostOf(""))
}
