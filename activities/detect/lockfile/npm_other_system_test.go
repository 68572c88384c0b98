package lockfile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
)

func TestForLinux_IsWhatALockfileOfAnotherSystemLacks(t *testing.T) {
	t.Parallel()

	const rollup = `"node_modules/rollup":{"optionalDependencies":{"@rollup/rollup-darwin-arm64":"4","@rollup/rollup-linux-x64-gnu":"4","@rollup/rollup-linux-x64-musl":"4"}}`

	for name, test := range map[string]struct{ packages, missing string }{
		"macOS alone": {`,"node_modules/@rollup/rollup-darwin-arm64":{}`, "@rollup/rollup-linux-x64-gnu"},
		"macOS below": {`,"node_modules/rollup/node_modules/@rollup/rollup-darwin-arm64":{}`, "@rollup/rollup-linux-x64-gnu"},
		"all":         {`,"node_modules/@rollup/rollup-darwin-arm64":{},"node_modules/@rollup/rollup-linux-x64-gnu":{}`, ""},
		"none":        {``, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			read, err := lockfile.ParseNode(lockfile.PackageLockName, []byte(`{"packages":{`+rollup+test.packages+`}}`))
			require.NoError(t, err)
			require.Equal(t, test.missing, read.ForLinux)
			require.Equal(t, test.missing != "", read.NeededBy == "rollup")
		})
	}
}
