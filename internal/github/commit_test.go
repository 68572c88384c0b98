package github

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
)

func TestCommit_HasItsWholeMessage(t *testing.T) {
	t.Parallel()

	b := setup(t)
	message := "Fix <b>it</b> $(reboot) '; drop table\n\nwith \x1b[31mmore\x1b[0m\n[skip deploy]"
	hash := b.server.Push(b.Repository, "main", fakegithub.Commit{Message: message, Author: "Ada L"})

	found, err := b.installation.Commit(t.Context(), b.Repository, hash)
	require.NoError(t, err)
	require.Equal(t, Commit{Hash: hash, Message: message, Author: "Ada L"}, found)
}

func TestCompare_NamesWhatDiffers(t *testing.T) {
	t.Parallel()

	b := setup(t)
	head := b.server.Push(b.Repository, "main", fakegithub.Commit{
		Files: fakegithub.Text(map[string]string{"docs/a.md": "a", "package.json": "{ }"}),
	})
	last := b.server.Push(b.Repository, "main", fakegithub.Commit{Remove: []string{"package.json"}})

	found, err := b.installation.Compare(t.Context(), b.Repository, b.Commit, head)
	require.NoError(t, err)
	require.Equal(t, Comparison{Files: []string{"docs/a.md", "package.json"}, IsComplete: true, IsAhead: true}, found)

	found, err = b.installation.Compare(t.Context(), b.Repository, head, last)
	require.NoError(t, err)
	require.Equal(t, []string{"package.json"}, found.Files)

	back, err := b.installation.Compare(t.Context(), b.Repository, last, head)
	require.NoError(t, err)
	require.False(t, back.IsAhead)

	unrelated := b.server.Push(b.Repository, "main", fakegithub.Commit{Force: true})
	_, err = b.installation.Compare(t.Context(), b.Repository, b.Commit, unrelated)
	require.Equal(t, NotFound, ReasonOf(err))
}

func TestFile_AndDirectory_AreReadForDetection(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.Push(b.Repository, "main", fakegithub.Commit{Files: fakegithub.Text(map[string]string{"app/a b?.txt": "text", "Dockerfile": "FROM scratch"})})

	content, err := b.installation.File(t.Context(), b.Repository, "main", "app/a b?.txt")
	require.NoError(t, err)
	require.Equal(t, "text", string(content))

	content, err = b.installation.File(t.Context(), b.Repository, b.Commit, "package.json")
	require.NoError(t, err)
	require.Equal(t, "{}\n", string(content))

	names, err := b.installation.Directory(t.Context(), b.Repository, "main", "")
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"Dockerfile", "app/", "package.json"}, names)

	_, err = b.installation.File(t.Context(), b.Repository, "main", "none")
	require.Equal(t, NotFound, ReasonOf(err))
}
