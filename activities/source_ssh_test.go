package activities

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/gitssh"
	"github.com/zeitwork/zeitwork/internal/gitssh/gitsshtest"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// sshBundle is a repository that is read by SSH, with a key that its server lets in.
type sshBundle struct {
	*testBundle

	repository *testRepository
	server     *gitsshtest.Server
	remote     Remote
	public     string
	// shown are the keys that the host has shown; refuse is what Trust answers.
	shown  []gitssh.HostKey
	refuse error
}

func setupSSH(t *testing.T) *sshBundle {
	t.Helper()

	b := &sshBundle{testBundle: setup(t), repository: newRepository(t, map[string]string{"Dockerfile": "FROM scratch\n"})}
	b.config.GitProtocols = []string{"ssh"}
	b.source = b.newSource(t)
	b.server = gitsshtest.New(t, filepath.Dir(b.repository.directory))

	private, public, err := gitssh.GenerateKey("zeitwork")
	require.NoError(t, err)

	b.public = public
	b.server.Accept(public)
	b.remote = Remote{URL: b.server.URL(filepath.Base(b.repository.directory)), Identity: &gitssh.Identity{
		PrivateKey: private, Trust: func(_ context.Context, shown gitssh.HostKey) error {
			b.shown = append(b.shown, shown)

			return b.refuse
		},
	}}

	return b
}

func (b *sshBundle) request() CloneRequest {
	return CloneRequest{ProjectID: b.project, RepositoryURL: b.remote.URL, Branch: "main", Identity: b.remote.Identity}
}

func TestSSH_HeadAndClone_ReadWithTheDeployKey(t *testing.T) {
	t.Parallel()

	for name, prepare := range map[string]func(*sshBundle){
		"version 2": func(*sshBundle) {}, "version 0": func(b *sshBundle) { b.server.SpeakEarlier() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setupSSH(t)
			prepare(b)

			commit := strings.TrimSpace(b.repository.git("rev-parse", "HEAD"))

			head, err := b.source.Head(t.Context(), b.remote, "main")
			require.NoError(t, err)
			require.Equal(t, commit, head)

			heads, err := b.source.Heads(t.Context(), b.remote)
			require.NoError(t, err)
			require.Equal(t, map[string]string{"main": commit}, heads)

			_, err = b.source.Head(t.Context(), b.remote, "other")
			require.Equal(t, problem.NotFound, problem.CodeOf(err))
			require.ErrorContains(t, err, "has no branch other")

			result, err := b.source.Clone(t.Context(), b.request())
			require.NoError(t, err)
			require.Equal(t, commit, result.Commit)

			content, err := os.ReadFile(filepath.Join(b.open(t, result).Dir, "Dockerfile"))
			require.NoError(t, err)
			require.Equal(t, "FROM scratch\n", string(content))
			require.Len(t, b.shown, 5, "the host is looked at each time")
			require.True(t, strings.HasPrefix(b.shown[0].Fingerprint, "SHA256:"))
			require.True(t, strings.HasPrefix(b.shown[0].Line, "ssh-ed25519 "))
		})
	}
}

func TestSSH_HostThatIsNotTrusted_IsShownNothing(t *testing.T) {
	t.Parallel()

	b := setupSSH(t)
	b.refuse = problem.New(problem.Forbidden, "Not this host.")

	_, err := b.source.Head(t.Context(), b.remote, "main")
	require.Equal(t, "Not this host.", problem.MessageOf(err))

	_, err = b.source.Clone(t.Context(), b.request())
	require.Equal(t, "Not this host.", problem.MessageOf(err))
	require.Zero(t, b.server.Sessions())
}

func TestSSH_KnownHostOfAnotherType_IsAskedForThatType(t *testing.T) {
	t.Parallel()

	b := setupSSH(t)
	b.remote.Identity.KnownHost = "ssh-rsa AAAA"

	_, err := b.source.Head(t.Context(), b.remote, "main")
	require.Error(t, err)
	require.Empty(t, b.shown)
}

func TestSSH_Failures_TellTheUserWhatToDo(t *testing.T) {
	t.Parallel()

	b := setupSSH(t)
	commit := strings.TrimSpace(b.repository.git("rev-parse", "HEAD"))

	missing := b.remote
	missing.URL = b.server.URL("missing.git")
	_, err := b.source.Head(t.Context(), missing, "main")
	require.Equal(t, problem.NotFound, problem.CodeOf(err))
	require.ErrorContains(t, err, "that the project's deploy key may read")

	request := b.request()
	request.RepositoryURL, request.Commit = missing.URL, commit
	_, err = b.source.Clone(t.Context(), request)
	require.ErrorContains(t, err, "that the project's deploy key may read")

	request = b.request()
	request.Commit = strings.Repeat("a", 40)
	_, err = b.source.Clone(t.Context(), request)
	require.Equal(t, problem.NotFound, problem.CodeOf(err), "%v", err)
	require.ErrorContains(t, err, "has no commit")

	without := b.remote
	without.Identity = nil
	_, err = b.source.Head(t.Context(), without, "main")
	require.ErrorContains(t, err, "zeitwork access deploy-key")

	_, other, err := gitssh.GenerateKey("other")
	require.NoError(t, err)
	b.server.Accept(other)

	_, err = b.source.Head(t.Context(), b.remote, "main")
	require.Equal(t, problem.Unauthorized, problem.CodeOf(err))
	require.ErrorContains(t, err, "does not accept the project's deploy key")
	require.NotContains(t, err.Error(), "PRIVATE KEY")
}

func TestSSH_InternalAddresses_AreNotConnectedTo(t *testing.T) {
	t.Parallel()

	b := setupSSH(t)
	b.config.Internal = nil

	_, err := b.newSource(t).Head(t.Context(), b.remote, "main")
	require.Equal(t, problem.NotFound, problem.CodeOf(err))
	require.ErrorContains(t, err, "has no public address")
	require.Zero(t, b.server.Sessions())
}

func TestSSH_ServerThatNeverAnswers_IsGivenUp(t *testing.T) {
	t.Parallel()

	b := setupSSH(t)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })

	b.remote.URL = "ssh://git@" + listener.Addr().String() + "/app.git"
	b.source.headTimeout = time.Second

	_, err = b.source.Head(t.Context(), b.remote, "main")
	require.Equal(t, problem.Unavailable, problem.CodeOf(err))
	require.ErrorContains(t, err, "did not say within 1s")
}

func TestSSH_RepositoryURLs_ThatAreNone_AreRefused(t *testing.T) {
	t.Parallel()

	for _, address := range []string{
		"ssh://git@example.com", "ssh://git@example.com/", "ssh://git:password@example.com/a.git", "ssh:///a.git", "ssh://git@example.com/a.git?x",
	} {
		require.Error(t, checkRepositoryURL(address, []string{"ssh"}), address)
	}

	require.NoError(t, checkRepositoryURL("ssh://git@example.com:2222/me/app.git", []string{"https", "ssh"}))
	require.Error(t, checkRepositoryURL("ssh://git@example.com/me/app.git", []string{"https"}))
}
