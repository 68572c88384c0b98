package api

import (
	"net/http"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// alone removes the second owner of the world's organisation, and returns the organisation's id.
func (w *world) alone(t *testing.T) uuid.UUID {
	t.Helper()

	w.exec(t, "DELETE FROM organisation_members WHERE organisation_id = $1 AND user_id = $2", w.id("organisation_id"), w.id("user_id"))

	return w.id("organisation_id")
}

func TestMembers_TheLastOwner_CannotLeaveBeRemovedOrLowered(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	organisation, owner := w.alone(t), b.as(t, w.owner.token)

	left, err := owner.LeaveOrganisationWithResponse(t.Context(), organisation)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, left.StatusCode())
	require.Contains(t, string(left.Body), "Make another member an owner first")

	removed, err := owner.RemoveMemberWithResponse(t.Context(), organisation, w.owner.userID)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, removed.StatusCode())

	lowered, err := owner.UpdateMemberWithResponse(t.Context(), organisation, w.owner.userID, client.UpdateMemberInputBody{Role: "viewer"})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, lowered.StatusCode())

	handed, err := owner.TransferOrganisationWithResponse(t.Context(), organisation, client.TransferOrganisationInputBody{UserID: w.viewer.userID})
	require.NoError(t, err)
	require.Equal(t, client.OrganisationRole("developer"), handed.JSON200.Role)

	left, err = owner.LeaveOrganisationWithResponse(t.Context(), organisation)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, left.StatusCode())

	members, err := b.as(t, w.viewer.token).ListMembersWithResponse(t.Context(), organisation, nil)
	require.NoError(t, err)
	require.Len(t, members.JSON200.Items, 2)
}

func TestMembers_TwoOwnersLeaveAtOnce_OneStays(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	organisation := w.alone(t)

	for range 5 {
		other := w.member(t, organisation, roleOwner)
		statuses := make(chan int, 2)

		var wait sync.WaitGroup

		for _, leaving := range []*actor{w.owner, other} {
			wait.Go(func() {
				answer, err := b.as(t, leaving.token).LeaveOrganisationWithResponse(t.Context(), organisation)
				if err == nil {
					statuses <- answer.StatusCode()
				}
			})
		}

		wait.Wait()
		require.ElementsMatch(t, []int{http.StatusNoContent, http.StatusConflict}, []int{<-statuses, <-statuses})

		var owners int

		require.NoError(t, b.pool.QueryRow(t.Context(),
			"SELECT count(*) FROM organisation_members WHERE organisation_id = $1 AND role = 'owner'", organisation).Scan(&owners))
		require.Equal(t, 1, owners)

		w.exec(t, "DELETE FROM organisation_members WHERE organisation_id = $1 AND role = 'owner'", organisation)
		require.NoError(t, b.queries.AddMember(t.Context(), organisation, w.owner.userID, string(roleOwner)))
	}
}

func TestMembers_Removed_LoseTheirTokensInTheOrganisationAndKeepTheirOwn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	organisation := w.id("organisation_id")
	ci := w.organisationToken(t, organisation, w.developer, roleDeveloper)
	below := w.tokenBelow(t, ci)

	removed, err := b.as(t, w.owner.token).RemoveMemberWithResponse(t.Context(), organisation, w.developer.userID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, removed.StatusCode())

	require.Equal(t, http.StatusUnauthorized, b.send(t, http.MethodGet, ci.token, "/v1/me", "", nil).StatusCode)
	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, w.developer.token, "/v1/me", "", nil).StatusCode)
	require.Equal(t, http.StatusNotFound, b.send(t, http.MethodGet, w.developer.token, "/v1/projects/"+w.names["project_id"], "", nil).StatusCode)

	var valid bool

	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT revoked_at IS NULL FROM api_tokens WHERE id = $1", below).Scan(&valid))
	require.False(t, valid)
}

func TestMembers_OfALoweredMember_TokensMayDoNoMore(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	ci := w.organisationToken(t, w.id("organisation_id"), w.developer, roleDeveloper)
	deploy := func() int {
		return b.post(t, ci.token, "/v1/projects/"+w.names["project_id"]+"/deployments", "{}", nil).StatusCode
	}

	require.Equal(t, http.StatusCreated, deploy())

	lowered, err := b.as(t, w.owner.token).UpdateMemberWithResponse(t.Context(), w.id("organisation_id"), w.developer.userID,
		client.UpdateMemberInputBody{Role: "viewer"})
	require.NoError(t, err)
	require.Equal(t, client.MemberRole("viewer"), lowered.JSON200.Role)
	require.Equal(t, http.StatusForbidden, deploy())
}

func TestOrganisations_WithProjects_AreNotDeleted(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	owner, organisation := b.as(t, w.owner.token), w.id("organisation_id")

	refused, err := owner.DeleteOrganisationWithResponse(t.Context(), organisation)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.StatusCode())
	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, w.viewer.token, "/v1/organisations/"+organisation.String(), "", nil).StatusCode)

	ended, err := owner.DeleteProjectWithResponse(t.Context(), w.id("project_id"), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, ended.StatusCode())

	deleted, err := owner.DeleteOrganisationWithResponse(t.Context(), organisation)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())

	require.Equal(t, http.StatusNotFound, b.send(t, http.MethodGet, w.owner.token, "/v1/organisations/"+organisation.String(), "", nil).StatusCode)
	require.Equal(t, http.StatusUnauthorized, b.send(t, http.MethodGet, w.viewerToken.token, "/v1/me", "", nil).StatusCode)

	again := b.post(t, w.owner.token, "/v1/organisations", `{"name":"x","slug":"of-`+organisation.String()+`"}`, nil)
	require.NotEqual(t, http.StatusCreated, again.StatusCode, "nobody gets the slug again")
}

func TestOperators_TheLastOneStays(t *testing.T) {
	t.Parallel()

	b := setup(t)

	me, err := b.owner.GetMeWithResponse(t.Context())
	require.NoError(t, err)

	refused, err := b.owner.SetOperatorWithResponse(t.Context(), me.JSON200.User.ID, client.SetOperatorInputBody{})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.StatusCode())

	stranger, err := b.stranger.GetMeWithResponse(t.Context())
	require.NoError(t, err)

	made, err := b.owner.SetOperatorWithResponse(t.Context(), stranger.JSON200.User.ID, client.SetOperatorInputBody{Operator: true})
	require.NoError(t, err)
	require.True(t, made.JSON200.Operator)

	demoted, err := b.stranger.SetOperatorWithResponse(t.Context(), me.JSON200.User.ID, client.SetOperatorInputBody{})
	require.NoError(t, err)
	require.False(t, demoted.JSON200.Operator)

	nodes, err := b.owner.ListNodesWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusForbidden, nodes.StatusCode())
}
