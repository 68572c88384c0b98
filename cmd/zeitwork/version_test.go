package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/version"
)

func TestVersion_IsOneLineOrOneObject(t *testing.T) {
	t.Parallel()

	build := version.Info{Version: "v1.2.3", Commit: "abc", Go: "go1.26.8", Platform: "linux/amd64"}

	var line, object bytes.Buffer
	require.NoError(t, writeVersion(&line, build, false))
	require.NoError(t, writeVersion(&object, build, true))

	require.Equal(t, "zeitwork v1.2.3 (commit abc, go1.26.8, linux/amd64)\n", line.String())
	require.JSONEq(t, `{"version": "v1.2.3", "commit": "abc", "go": "go1.26.8", "platform": "linux/amd64"}`, object.String())
}
