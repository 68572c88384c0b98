package github

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func TestUser_Administers_OnlyWhatIsTheirs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.Install(b.App.ID, githubtest.Owner)
	states, err := b.app.Installations(t.Context())
	require.NoError(t, err)

	organization, personal := states[0].Account, states[1].Account

	for login, want := range map[string][2]bool{githubtest.Owner: {true, true}, githubtest.Developer: {false, false}, githubtest.Stranger: {false, false}} {
		user := b.user(login)

		got, err := user.Administers(t.Context(), organization)
		require.NoError(t, err, login)
		require.Equal(t, want[0], got, login)

		got, err = user.Administers(t.Context(), personal)
		require.NoError(t, err, login)
		require.Equal(t, want[1], got, login)
	}

	// Somebody who takes the login that an account has given up is not that account.
	b.server.RenameAccount(githubtest.Owner, "ada-l")
	b.server.AddUser(githubtest.Owner)
	got, err := b.user(githubtest.Owner).Administers(t.Context(), personal)
	require.NoError(t, err)
	require.False(t, got)

	b.server.RenameAccount(githubtest.Organization, "acme-inc")
	b.server.AddOrganization(githubtest.Organization, githubtest.Stranger)
	b.server.Install(b.App.ID, githubtest.Organization)
	got, err = b.user(githubtest.Stranger).Administers(t.Context(), organization)
	require.NoError(t, err)
	require.False(t, got)
}

func TestUser_AdministersWithoutThePermission_IsForbidden(t *testing.T) {
	t.Parallel()

	b := setup(t)
	state, err := b.app.State(t.Context(), b.Installation)
	require.NoError(t, err)
	b.server.SetPermissions(b.Installation, map[string]string{"contents": "read", "metadata": "read"})

	got, err := b.user(githubtest.Owner).Administers(t.Context(), state.Account)
	require.Equal(t, Forbidden, ReasonOf(err))
	require.False(t, got)
}

func TestUser_Installations_AreThoseOfTheirAccounts(t *testing.T) {
	t.Parallel()

	b := setup(t)
	hers := b.server.Install(b.App.ID, githubtest.Stranger)

	states, err := b.user(githubtest.Developer).Installations(t.Context())
	require.NoError(t, err)
	require.Len(t, states, 1)
	require.Equal(t, b.Installation, states[0].ID)

	repositories, err := b.user(githubtest.Developer).Repositories(t.Context(), b.Installation)
	require.NoError(t, err)
	require.Len(t, repositories, 1)

	_, err = b.user(githubtest.Developer).Repositories(t.Context(), hers)
	require.Equal(t, NotFound, ReasonOf(err))
}

func TestUser_Profile_HasVerifiedAddressesAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.SetEmails(githubtest.Developer, fakegithub.Email{Address: "boss@victim.example"}, fakegithub.Email{Address: "old@example.com", Verified: true},
		fakegithub.Email{Address: "Ben@Example.com", Verified: true, Primary: true})

	profile, err := b.user(githubtest.Developer).Profile(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"ben@example.com", "old@example.com"}, profile.Emails)

	b.server.RevokeUser(b.App.ID, githubtest.Developer)
	user := b.user(githubtest.Developer)
	b.server.RevokeUser(b.App.ID, githubtest.Developer)
	_, err = user.Profile(t.Context())
	require.Equal(t, Unauthorized, ReasonOf(err))
}
