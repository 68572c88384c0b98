package github

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func TestApp_Installations_AreAllOfThem(t *testing.T) {
	t.Parallel()

	b := setup(t)
	other := b.server.Install(b.App.ID, githubtest.Stranger)
	b.server.Suspend(other)

	states, err := b.app.Installations(t.Context())
	require.NoError(t, err)
	require.Len(t, states, 2)

	require.Equal(t, b.Installation, states[0].ID)
	require.Equal(t, githubtest.Organization, states[0].Account.Login)
	require.True(t, states[0].Account.IsOrganization)
	require.True(t, states[0].HasAll)
	require.False(t, states[0].IsSuspended)
	require.Equal(t, "read", states[0].Permissions["contents"])
	require.True(t, states[1].IsSuspended)
}

func TestApp_InstallationThatEnds_SaysHow(t *testing.T) {
	t.Parallel()

	b := setup(t)
	ask := func() error {
		_, err := b.installation.Repositories(t.Context())

		return err
	}
	require.NoError(t, ask())

	b.server.Suspend(b.Installation)
	require.Equal(t, Suspended, ReasonOf(ask()), "with a token from before")
	b.installation.Forget()
	err := ask()
	require.Equal(t, Suspended, ReasonOf(err), "without one")
	require.Equal(t, problem.Forbidden, problem.CodeOf(err))
	require.Contains(t, problem.MessageOf(err), "Unsuspend it")

	state, err := b.app.State(t.Context(), b.Installation)
	require.NoError(t, err)
	require.True(t, state.IsSuspended)

	b.server.Unsuspend(b.Installation)
	require.Equal(t, Suspended, ReasonOf(ask()), "it is not asked again at once")
	b.server.Clock.Advance(failedFor)
	require.NoError(t, ask())

	b.server.Uninstall(b.Installation)
	require.Equal(t, Unavailable, ReasonOf(ask()), "the token from before ends first, which may pass")
	err = ask()
	require.Equal(t, Uninstalled, ReasonOf(err))
	require.Contains(t, problem.MessageOf(err), "Install it again")

	_, err = b.app.State(t.Context(), b.Installation)
	require.Equal(t, Uninstalled, ReasonOf(err))
	require.NoError(t, b.app.Uninstall(t.Context(), b.Installation), "it is gone already")
}

func TestApp_KeyOfAnotherApp_IsTheOperatorsToMend(t *testing.T) {
	t.Parallel()

	b := setup(t)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)

	credentials := b.credentials()
	credentials.PrivateKey = string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(other)}))
	app, err := b.client.App(credentials)
	require.NoError(t, err)

	_, err = app.Installations(t.Context())
	require.Equal(t, problem.Unavailable, problem.CodeOf(err))
	require.Contains(t, problem.MessageOf(err), "An operator has to look")

	credentials.PrivateKey = "no key"
	_, err = b.client.App(credentials)
	require.Equal(t, problem.Invalid, problem.CodeOf(err))
	require.NotContains(t, err.Error(), "no key")
}
