package api

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/workflows"
)

// reading sets the repository of a project.
func (b *testBundle) reading(t *testing.T, project uuid.UUID, repository string) {
	t.Helper()

	b.server.service.config.GitProtocols = []string{"https", "ssh", "http"}

	updated, err := b.owner.UpdateProjectWithResponse(t.Context(), project, client.ProjectUpdate{RepositoryURL: &repository})
	require.NoError(t, err)
	require.NotNil(t, updated.JSON200, "%s", updated.Body)
}

// accessSecret is the private part of how the project's repository is read; empty where there is none.
func (b *testBundle) accessSecret(t *testing.T, kind string, project uuid.UUID) string {
	t.Helper()

	value, err := b.server.service.keyring.Secret(t.Context(), b.queries, workflows.AccessSecret(kind, b.organisation(t), project))
	if err != nil {
		return ""
	}

	return value
}

func TestRepositoryAccess_DeployKey_ShowsThePublicPartAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	b.reading(t, project, "git@git.example.com:me/app.git")

	shown, err := b.owner.GetProjectWithResponse(t.Context(), project)
	require.NoError(t, err)
	require.Equal(t, "ssh://git@git.example.com/me/app.git", shown.JSON200.RepositoryURL)

	none, err := b.owner.GetRepositoryAccessWithResponse(t.Context(), project)
	require.NoError(t, err)
	require.EqualValues(t, "none", none.JSON200.Kind)

	made, err := b.owner.CreateDeployKeyWithResponse(t.Context(), project)
	require.NoError(t, err)
	require.EqualValues(t, workflows.AccessDeployKey, made.JSON200.Kind)
	require.Regexp(t, `^ssh-ed25519 \S+ zeitwork-app-`, *made.JSON200.PublicKey)
	require.NotContains(t, string(made.Body), "PRIVATE")
	require.Contains(t, b.accessSecret(t, workflows.AccessDeployKey, project), "OPENSSH PRIVATE KEY")

	fingerprint := "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"
	trusted, err := b.owner.TrustHostWithResponse(t.Context(), project, client.TrustHostInputBody{Fingerprint: fingerprint})
	require.NoError(t, err)
	require.Equal(t, fingerprint, *trusted.JSON200.HostKeyFingerprint)
	require.Equal(t, "git.example.com:22", *trusted.JSON200.Host)

	again, err := b.owner.CreateDeployKeyWithResponse(t.Context(), project)
	require.NoError(t, err)
	require.NotEqual(t, made.JSON200.PublicKey, again.JSON200.PublicKey)
	require.Nil(t, again.JSON200.HostKeyFingerprint)

	require.NotContains(t, b.log.String(), "PRIVATE KEY")
	require.Equal(t, []string{
		"user project.create", "user project.update", "user repository_access.set", "user repository_access.trust_host", "user repository_access.set",
	}, b.actions(t, project))

	deleted, err := b.owner.DeleteRepositoryAccessWithResponse(t.Context(), project)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())
	require.Empty(t, b.accessSecret(t, workflows.AccessDeployKey, project))

	// A project without a key, and one that is not read by SSH, have no host to trust.
	trusted, err = b.owner.TrustHostWithResponse(t.Context(), project, client.TrustHostInputBody{Fingerprint: fingerprint})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, trusted.StatusCode())

	b.reading(t, project, "https://git.example.com/me/app.git")
	trusted, err = b.owner.TrustHostWithResponse(t.Context(), project, client.TrustHostInputBody{Fingerprint: fingerprint})
	require.NoError(t, err)
	require.Contains(t, string(trusted.Body), "is not read by SSH")
}

func TestRepositoryAccess_Credential_IsForOneHostAndNeverShown(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID

	set := func(username, password string) *client.SetHTTPSCredentialResponse {
		answer, err := b.owner.SetHTTPSCredentialWithResponse(t.Context(), project, client.SetHTTPSCredentialInputBody{Username: username, Password: password})
		require.NoError(t, err)

		return answer
	}

	stored := set("reader", "pa:ss wörd")
	require.NotNil(t, stored.JSON200, "%s", stored.Body)
	require.Equal(t, "git.example.com", *stored.JSON200.Host)
	require.NotContains(t, string(stored.Body)+b.log.String(), "pa:ss")
	require.Equal(t, "pa:ss wörd", b.accessSecret(t, workflows.AccessHTTPS, project))

	for username, password := range map[string]string{"a:b": "x", "a": "x\r\nX: y", "a\n": "x"} {
		require.Equal(t, http.StatusUnprocessableEntity, set(username, password).StatusCode())
	}

	// The key takes its place, and leaves nothing of it.
	_, err := b.owner.CreateDeployKeyWithResponse(t.Context(), project)
	require.NoError(t, err)
	require.Empty(t, b.accessSecret(t, workflows.AccessHTTPS, project))

	b.reading(t, project, "http://git.example.com/me/app.git")
	require.Equal(t, http.StatusConflict, set("reader", "x").StatusCode())

	deleted, err := b.owner.DeleteProjectWithResponse(t.Context(), project, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())
	require.Empty(t, b.accessSecret(t, workflows.AccessDeployKey, project), "nothing is left of a deleted project's key")
}

func TestRepositoryURLs_OfSSH_NameAUserAndNoPassword(t *testing.T) {
	t.Parallel()

	config := Config{}
	config.GitProtocols = []string{"https", "ssh"}

	require.NoError(t, config.checkRepository("ssh://git@git.example.com:2222/me/app.git"))

	for _, repository := range []string{"ssh://git:secret@git.example.com/a.git", "ssh://git@git.example.com", "ssh:///a.git"} {
		require.ErrorContains(t, config.checkRepository(repository), "without a password", repository)
	}
}
