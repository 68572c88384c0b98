package fakegithub_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
)

func TestReadFiles_TakesFilesAndPrograms(t *testing.T) {
	t.Parallel()

	files, err := fakegithub.ReadFiles(fstest.MapFS{
		"a/b.txt": {Data: []byte("text"), Mode: 0o644}, "bin/run": {Data: []byte("run"), Mode: 0o755},
	})
	require.NoError(t, err)
	require.Equal(t, map[string]fakegithub.File{
		"a/b.txt": {Content: []byte("text")}, "bin/run": {Content: []byte("run"), Mode: fakegithub.ExecutableMode},
	}, files)
}
