package api

import (
	"net/http"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (w *world) accept(t *testing.T, invitation uuid.UUID, as *actor) int {
	t.Helper()

	return w.bundle.post(t, as.token, "/v1/invitations/"+invitation.String()+"/accept", "", nil).StatusCode
}

func TestInvitations_AreTakenByTheInvitedAccountAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	owner, organisation := b.as(t, w.owner.token), w.id("organisation_id")
	octocat := w.user(t, "octocat")
	w.exec(t, "UPDATE users SET github_id = 1, github_login = 'OctoCat' WHERE id = $1", octocat.userID)

	invited, err := owner.CreateInvitationWithResponse(t.Context(), organisation, client.CreateInvitationInputBody{
		GithubLogin: new("octocat"), Role: "developer",
	})
	require.NoError(t, err)
	require.NotNil(t, invited.JSON201, "%s", invited.Body)

	require.Equal(t, http.StatusNotFound, w.accept(t, invited.JSON201.ID, w.stranger))

	// The login may have become somebody else's since the user was last seen by GitHub.
	require.Equal(t, http.StatusNotFound, w.accept(t, invited.JSON201.ID, octocat))
	w.exec(t, `WITH signed_in AS (
		INSERT INTO api_tokens (id, kind, name, token_hash, user_id) VALUES ($1, 'session', '', $2, $3) RETURNING id
	) INSERT INTO sessions (id, provider) SELECT id, 'github' FROM signed_in`, id.New(), []byte(random()), octocat.userID)

	mine, err := b.as(t, octocat.token).ListReceivedInvitationsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, mine.JSON200.Items, 1)

	require.Equal(t, http.StatusOK, w.accept(t, invited.JSON201.ID, octocat))
	require.Equal(t, http.StatusNotFound, w.accept(t, invited.JSON201.ID, octocat), "once")
	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, octocat.token, "/v1/projects/"+w.names["project_id"], "", nil).StatusCode)
}

func TestInvitations_ToAnAddressThatNobodyHasVerified_AreNotTheUsers(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	invitation := w.invitation(t, w.id("organisation_id"), w.stranger)
	w.exec(t, "UPDATE users SET email_verified_at = NULL WHERE id = $1", w.stranger.userID)

	require.Equal(t, http.StatusNotFound, w.accept(t, invitation, w.stranger))

	w.exec(t, "UPDATE users SET email_verified_at = now() WHERE id = $1", w.stranger.userID)
	require.Equal(t, http.StatusOK, w.accept(t, invitation, w.stranger))
}

func TestInvitations_RevokedExpiredReplacedOrOfAFormerOwner_AreOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	organisation, owner := w.id("organisation_id"), b.as(t, w.owner.token)
	address := w.stranger.userID.String() + "@example.com"

	revoked := w.invitation(t, organisation, w.stranger)
	answer, err := owner.RevokeInvitationWithResponse(t.Context(), organisation, revoked)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode())
	require.Equal(t, http.StatusNotFound, w.accept(t, revoked, w.stranger))

	expired := w.invitation(t, organisation, w.stranger)
	w.exec(t, "UPDATE invitations SET expires_at = now() WHERE id = $1", expired)
	require.Equal(t, http.StatusNotFound, w.accept(t, expired, w.stranger))

	invite := func() uuid.UUID {
		made, err := owner.CreateInvitationWithResponse(t.Context(), organisation, client.CreateInvitationInputBody{Email: &address, Role: "viewer"})
		require.NoError(t, err)
		require.NotNil(t, made.JSON201, "%s", made.Body)

		return made.JSON201.ID
	}

	replaced := invite()
	current := invite()
	require.Equal(t, http.StatusNotFound, w.accept(t, replaced, w.stranger))

	listed, err := owner.ListInvitationsWithResponse(t.Context(), organisation, nil)
	require.NoError(t, err)
	require.Len(t, listed.JSON200.Items, 1)
	require.Equal(t, current, listed.JSON200.Items[0].ID)

	left, err := owner.LeaveOrganisationWithResponse(t.Context(), organisation)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, left.StatusCode())
	require.Equal(t, http.StatusNotFound, w.accept(t, current, w.stranger), "the owner that invited has left")
}

func TestInvitations_TakenTwiceAtOnce_MakeOneMember(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	invitation := w.invitation(t, w.id("organisation_id"), w.stranger)
	statuses := make(chan int, 4)

	var wait sync.WaitGroup
	for range cap(statuses) {
		wait.Go(func() { statuses <- w.accept(t, invitation, w.stranger) })
	}

	wait.Wait()
	close(statuses)

	taken := 0

	for status := range statuses {
		if status == http.StatusOK {
			taken++
		}
	}

	require.Equal(t, 1, taken)
}
