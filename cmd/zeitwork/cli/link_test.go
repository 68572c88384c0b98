package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLink_WritesTheProjectWhereItsAppStands(t *testing.T) {
	dir := gitRepository(t)
	f := platformWith(t, projectJSON("shop", "file://"+dir, "trunk", "apps"))
	b := signedInTo(t, f)

	t.Chdir(filepath.Join(dir, "apps", "web"))
	require.Equal(t, ExitOK, b.run(t, "link"), b.err.String())

	content, err := os.ReadFile(filepath.Join(dir, "apps", linkName))
	require.NoError(t, err)
	require.JSONEq(t, `{"project":"shop","organisation":"acme"}`, string(content))

	require.Equal(t, ExitUsage, b.run(t, "link", "gone"))
}

func TestLink_OutsideOfGit_LinksTheFolder(t *testing.T) {
	dir := t.TempDir()
	b := signedInTo(t, platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", "")))

	t.Chdir(dir)
	require.Equal(t, ExitUsage, b.run(t, "link"))
	require.Equal(t, ExitOK, b.run(t, "link", "shop"), b.err.String())
	require.FileExists(t, filepath.Join(dir, linkName))

	require.Equal(t, ExitOK, b.run(t, "scale", "--help"))
	require.Equal(t, ExitOK, b.run(t, "deployments"), b.err.String())
}

func TestLink_ToAProjectOfAnotherRepository_Warns(t *testing.T) {
	b := signedInTo(t, platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", "")))

	t.Chdir(gitRepository(t))
	require.Equal(t, ExitUsage, b.run(t, "link"), "none is of this repository")
	require.Equal(t, ExitOK, b.run(t, "link", "shop"), b.err.String())
	require.Contains(t, b.err.String(), "Warning")
}
