package lockfile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
)

func TestParseComposer_EmptyObjectsThatPHPWritesAsLists_AreEmpty(t *testing.T) {
	t.Parallel()

	lock, err := lockfile.ParseComposer([]byte(`{"packages":[
		{"name":"laravel/framework","version":"v12.10.1","require":[],"replace":{"illuminate/support":"self.version"},"provide":{"psr/log-implementation":"3.0"}}
	],"platform":{"php":"^8.2"},"platform-overrides":[]}`))
	require.NoError(t, err)

	require.Equal(t, "^8.2", lock.Platform["php"])
	require.Empty(t, lock.PlatformOverrides)
	require.Equal(t, "12.10.1", lock.VersionOf("laravel/framework"))
	require.Empty(t, lock.VersionOf("laravel/sanctum"))

	for name, has := range map[string]bool{"laravel/framework": true, "illuminate/support": true, "psr/log-implementation": true, "laravel/sanctum": false} {
		require.Equal(t, has, lock.Has(name), name)
	}

	_, err = lockfile.ParseComposer([]byte("<<<<<<< HEAD"))
	require.Error(t, err)
}
