package lockfile_test

import (
	"testing"

	"github.com/samber/lo"
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

func TestLacks_SaysWhatTheManagerWouldRefuseWithoutSayingWhy(t *testing.T) {
	t.Parallel()

	for name, locked := range detecttest.Lockfiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			read, err := lockfile.ParseNode(locked.Name, []byte(locked.Text))
			require.NoError(t, err)

			asks := lockfile.Requested{Dependencies: map[string]string{"left-pad": "^1.1.0", "here": "file:here"}}
			require.Empty(t, read.Lacks(asks))

			asks.DevDependencies = map[string]string{"is-even": "1.0.0"}
			require.Equal(t, lo.Ternary(name == "yarn 1", "is-even@1.0.0", ""), read.Lacks(asks))
		})
	}
}

func TestParseNode_DependenciesThatGitFetches_AreKnown(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		file, text string
		want       []string
	}{
		"npm":                              {lockfile.PackageLockName, `{"packages":{"node_modules/a":{"resolved":"git+https://git.example.org/a.git#01"},"node_modules/b":{"resolved":"https://registry.npmjs.org/b.tgz"}}}`, []string{"git+https://git.example.org/a.git"}},
		"npm, as it notes what GitHub has": {lockfile.PackageLockName, `{"packages":{"node_modules/a":{"resolved":"git+ssh://git@github.com/acme/a.git#01"}}}`, []string{"git+https://github.com/acme/a.git"}},
		"npm, by SSH":                      {lockfile.PackageLockName, `{"packages":{"node_modules/a":{"resolved":"git+ssh://git@git.example.org/a.git#01"}}}`, []string{"git+ssh://git@git.example.org/a.git"}},
		"npm 6":                            {lockfile.PackageLockName, `{"dependencies":{"a":{"version":"git+https://git.example.org/a.git#01"}}}`, []string{"git+https://git.example.org/a.git"}},
		"pnpm":                             {lockfile.PNPMName, "packages:\n  a@git+https://git.example.org/a.git#01:\n    resolution: {commit: '01', repo: https://git.example.org/a.git, type: git}\n  b@1.0.0:\n    resolution: {integrity: x}\n", []string{"https://git.example.org/a.git"}},
		"pnpm, an archive of GitHub's":     {lockfile.PNPMName, "packages:\n  a@https://codeload.github.com/acme/a/tar.gz/01:\n    resolution: {tarball: https://codeload.github.com/acme/a/tar.gz/01}\n", []string{}},
		"yarn 1":                           {lockfile.YarnName, "# yarn lockfile v1\n\na@https://git.example.org/a.git:\n  version \"1.0.0\"\n  resolved \"https://git.example.org/a.git#01\"\n", []string{"https://git.example.org/a.git"}},
		"yarn 4":                           {lockfile.YarnName, "\n__metadata:\n  version: 8\n\n\"a@https://git.example.org/a\":\n  version: 1.0.0\n  resolution: \"a@https://git.example.org/a#commit=01\"\n", []string{"https://git.example.org/a"}},
		"bun":                              {lockfile.BunName, `{"packages":{"a":["a@git+https://git.example.org/a.git#01",{},"01"],"b":["b@github:acme/b#01",{},"x"]}}`, []string{"git+https://git.example.org/a.git"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			read, err := lockfile.ParseNode(test.file, []byte(test.text))
			require.NoError(t, err)
			require.Equal(t, test.want, read.NeedsGit)
		})
	}
}

func TestNodeLock_OfWhichNothingIsKnown_AgreesWithAll(t *testing.T) {
	t.Parallel()

	read, err := lockfile.ParseNode(lockfile.BunBinaryName, []byte("\x00"))
	require.NoError(t, err)
	require.Empty(t, read.Lacks(lockfile.Requested{Dependencies: map[string]string{"left-pad": "1.0.0"}}))
	require.Empty(t, read.VersionOf(".", "left-pad", "1.0.0"))
}
