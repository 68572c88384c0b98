package lockfile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
)

func TestParseNode_ReadsVersionsAndTheWholeGraph(t *testing.T) {
	t.Parallel()

	for name, locked := range detecttest.Lockfiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			read, err := lockfile.ParseNode(locked.Name, []byte(locked.Text))
			require.NoError(t, err)
			require.Equal(t, "1.3.0", read.VersionOf(".", "left-pad", "^1.1.0"))
			require.Equal(t, []string{"node-gyp"}, read.Graph["right-pad"])
		})
	}
}

func TestCompare_SaysWhatTheManagerWouldRefuse(t *testing.T) {
	t.Parallel()

	asks := func(left string, more ...string) lockfile.Requested {
		all := map[string]string{}
		if left != "" {
			all["left-pad"] = left
		}

		for _, name := range more {
			all[name] = "1.0.0"
		}

		return lockfile.Requested{Dependencies: all, DevDependencies: map[string]string{"right-pad": "~2.0.0"}}
	}

	for name, locked := range detecttest.Lockfiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			read, err := lockfile.ParseNode(locked.Name, []byte(locked.Text))
			require.NoError(t, err)

			require.Nil(t, read.Compare(".", asks("^1.1.0")))
			require.Equal(t, "is-even", read.Compare(".", asks("^1.1.0", "is-even")).Dependency)
			require.Equal(t, "left-pad", read.Compare(".", asks("^2.0.0")).Dependency)

			if locked.Strict {
				require.Equal(t, &lockfile.Difference{Kind: lockfile.DependencyLeft, Dependency: "left-pad", Locked: noted(locked, "^1.1.0")}, read.Compare(".", asks("")))
				require.Equal(t, lockfile.RangeDiffers, read.Compare(".", asks("^1.0.0")).Kind)
			} else {
				require.Nil(t, read.Compare(".", asks("")))
				require.Nil(t, read.Compare(".", asks("^1.0.0")))
			}
		})
	}
}

// noted is how the lockfile notes a range: newer Yarns name the registry's protocol.
func noted(locked detecttest.Lockfile, asked string) string {
	if locked.Name == lockfile.YarnName {
		return "npm:" + asked
	}

	return asked
}

func TestNodeLock_OfWhichNothingIsKnown_AgreesWithAll(t *testing.T) {
	t.Parallel()

	read, err := lockfile.ParseNode(lockfile.BunBinaryName, []byte("\x00"))
	require.NoError(t, err)
	require.Nil(t, read.Compare(".", lockfile.Requested{Dependencies: map[string]string{"left-pad": "1.0.0"}}))
	require.Empty(t, read.VersionOf(".", "left-pad", "1.0.0"))
}
