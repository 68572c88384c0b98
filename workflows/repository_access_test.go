package workflows

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/internal/gitssh"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// withDeployKey has the project read by SSH with a key.
func (b *testBundle) withDeployKey(t *testing.T) {
	t.Helper()

	private, public, err := gitssh.GenerateKey("test")
	require.NoError(t, err)
	b.exec(t, "INSERT INTO repository_credentials (project_id, kind, public_key) VALUES ($1, 'deploy_key', $2)", b.project, public)
	require.NoError(t, b.keyring.PutSecret(b.ctx, b.queries, AccessSecret(AccessDeployKey, b.organisation, b.project), private))
}

func (b *testBundle) remote(t *testing.T, repository string) (activities.Remote, error) {
	t.Helper()

	return b.newWorker(t).remoteOf(b.ctx, b.project, repository)
}

func TestRepositoryAccess_HostKey_IsKnownFromTheFirstUseOn(t *testing.T) {
	t.Parallel()

	const repository = "ssh://git@git.example.com/app.git"

	b := setup(t)
	b.withDeployKey(t)

	first, second := gitssh.HostKey{Line: "ssh-ed25519 AAAA", Fingerprint: "SHA256:first"}, gitssh.HostKey{Line: "ssh-ed25519 BBBB", Fingerprint: "SHA256:second"}

	remote, err := b.remote(t, repository)
	require.NoError(t, err)
	require.Empty(t, remote.Identity.KnownHost)
	require.NoError(t, remote.Identity.Trust(b.ctx, first))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM repository_credentials WHERE host = 'git.example.com:22' AND host_key_fingerprint = 'SHA256:first' AND last_used_at IS NOT NULL"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM audit_events WHERE action = 'repository_access.trust_host' AND organisation_id = $1", b.organisation))

	// Another poll that began before knows nothing of it yet, and is told all the same.
	require.ErrorContains(t, remote.Identity.Trust(b.ctx, second), "zeitwork access trust-host SHA256:second")

	remote, err = b.remote(t, repository)
	require.NoError(t, err)
	require.Equal(t, first.Line, remote.Identity.KnownHost)
	require.NoError(t, remote.Identity.Trust(b.ctx, first))

	refused := remote.Identity.Trust(b.ctx, second)
	require.Equal(t, problem.Forbidden, problem.CodeOf(refused))
	require.Contains(t, problem.MessageOf(refused), "and not SHA256:first as before")

	// A person accepts the second key, and that alone.
	b.exec(t, "UPDATE repository_credentials SET host_key = NULL, host_key_fingerprint = 'SHA256:second'")

	remote, err = b.remote(t, repository)
	require.NoError(t, err)
	require.Error(t, remote.Identity.Trust(b.ctx, first))
	require.NoError(t, remote.Identity.Trust(b.ctx, second))
	require.Error(t, remote.Identity.Trust(b.ctx, first))
}

func TestRepositoryAccess_Credential_IsSentToItsHostAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "INSERT INTO repository_credentials (project_id, kind, host, username) VALUES ($1, 'https', 'git.example.com', 'reader')", b.project)
	require.NoError(t, b.keyring.PutSecret(b.ctx, b.queries, AccessSecret(AccessHTTPS, b.organisation, b.project), "token"))

	remote, err := b.remote(t, "https://git.example.com/app.git")
	require.NoError(t, err)
	require.Equal(t, "reader", remote.Credentials.Username)
	require.Equal(t, "token", remote.Credentials.Password)

	for _, elsewhere := range []string{"https://git.example.com.evil.example/app.git", "https://git.example.com:8443/app.git", "http://git.example.com/app.git"} {
		remote, err := b.remote(t, elsewhere)
		require.ErrorContains(t, err, "is for https://git.example.com, and is not sent to", elsewhere)
		require.Nil(t, remote.Credentials)
	}

	remote, err = b.remote(t, "ssh://git@git.example.com/app.git")
	require.NoError(t, err)
	require.Nil(t, remote.Credentials)
	require.Nil(t, remote.Identity, "the source says that a key is needed")
}

func TestRepositoryAccess_PollAndClone_UseIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.withDeployKey(t)
	b.exec(t, "UPDATE projects SET repository_url = 'ssh://git@git.example.com/app.git', auto_deploy = true")

	var polled, cloned *gitssh.Identity

	b.activities.onRemote = func(remote activities.Remote) { polled = remote.Identity }
	b.activities.onRequest = func(request activities.CloneRequest) error {
		cloned = request.Identity

		return errors.New("seen")
	}

	b.poll(t, b.newWorker(t))
	require.NotNil(t, polled)
	require.Contains(t, polled.PrivateKey, "OPENSSH PRIVATE KEY")

	deployment := b.create(t)
	worker := b.newWorker(t)

	project, err := b.queries.LockProject(b.ctx, b.project)
	require.NoError(t, err)

	_, err = worker.fetch(b.ctx, &attempt{project: project, deployment: deployment})
	require.ErrorContains(t, err, "seen")
	require.Equal(t, polled.PrivateKey, cloned.PrivateKey)
}
