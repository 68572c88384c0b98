package api

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// again runs the bundle's bootstrap once more, for the user with that address.
func (b *testBundle) again(t *testing.T, email string) error {
	t.Helper()

	tokens := b.tokens
	if email != "owner@example.com" {
		tokens = NewTokens()
	}

	return Bootstrap{Email: email, Organisation: "first", ClusterRange: netip.MustParsePrefix("10.72.0.0/13"), Tokens: tokens}.Run(t.Context(), b.pool)
}

// slugsOf are the slugs of a caller's organisations.
func slugsOf(t *testing.T, caller *client.ClientWithResponses) []string {
	t.Helper()

	me, err := caller.GetMeWithResponse(t.Context())
	require.NoError(t, err)
	require.NotNil(t, me.JSON200, "%s", me.Body)

	return lo.Map(me.JSON200.Organisations, func(o client.Organisation, _ int) string { return o.Slug })
}

func TestBootstrap_OrganisationWasRenamed_MakesNoOtherAndTakesNone(t *testing.T) {
	t.Parallel()

	b := setup(t)

	renamed, err := b.owner.UpdateOrganisationWithResponse(t.Context(), b.organisation(t), client.UpdateOrganisationInputBody{Slug: new("renamed")})
	require.NoError(t, err)
	require.NotNil(t, renamed.JSON200, "%s", renamed.Body)

	require.NoError(t, b.again(t, "owner@example.com"))
	require.Equal(t, []string{"renamed"}, slugsOf(t, b.owner), "it is the one that had the slug")

	taken, err := b.stranger.CreateOrganisationWithResponse(t.Context(), nil, client.CreateOrganisationInputBody{Name: "x", Slug: new("first")})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, taken.StatusCode(), "%s", taken.Body)

	require.NoError(t, b.again(t, "owner@example.com"))
	require.Equal(t, []string{"renamed"}, slugsOf(t, b.owner))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM organisation_members WHERE organisation_id = $1", taken.JSON201.ID))
}

func TestBootstrap_OperatorHasLeftTheOrganisation_GoesOnWithoutIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "DELETE FROM organisation_members WHERE organisation_id = $1", b.organisation(t))

	require.NoError(t, b.again(t, "owner@example.com"))
	require.Empty(t, slugsOf(t, b.owner))
}

func TestBootstrap_OrganisationOfSomebodyElse_IsAConflictThatMakesNobodyAnOperator(t *testing.T) {
	t.Parallel()

	b := setup(t)

	err := b.again(t, "other@example.com")
	require.Equal(t, problem.Conflict, problem.CodeOf(err))
	require.ErrorContains(t, err, "There is an organisation first already, and other@example.com is not a member of it.")
	require.Zero(t, b.count(t, "SELECT count(*) FROM users WHERE email = 'other@example.com'"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM organisation_members WHERE organisation_id = $1", b.organisation(t)))
}

func TestBootstrap_UserWhoIsAMember_BecomesAnOperatorWithTheRoleAsItWas(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, `INSERT INTO organisation_members (organisation_id, user_id, role)
		SELECT $1, users.id, 'viewer' FROM users WHERE email = 'stranger@example.com'`, b.organisation(t))

	require.NoError(t, b.again(t, "stranger@example.com"))

	me, err := b.stranger.GetMeWithResponse(t.Context())
	require.NoError(t, err)
	require.True(t, me.JSON200.User.Operator)

	first, ok := lo.Find(me.JSON200.Organisations, func(o client.Organisation) bool { return o.Slug == "first" })
	require.True(t, ok)
	require.Equal(t, client.OrganisationRole("viewer"), first.Role)
}
