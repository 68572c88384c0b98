package api

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
)

// rename sends an update of the world's organisation as its owner.
func (w *world) rename(t *testing.T, body client.UpdateOrganisationInputBody) *client.UpdateOrganisationResponse {
	t.Helper()

	answer, err := w.bundle.as(t, w.owner.token).UpdateOrganisationWithResponse(t.Context(), w.id("organisation_id"), body)
	require.NoError(t, err)

	return answer
}

// withSlug lists the slugs of the owner's organisations that have a slug, or had it.
func (w *world) withSlug(t *testing.T, caller *actor, slug string) []string {
	t.Helper()

	answer, err := w.bundle.as(t, caller.token).ListOrganisationsWithResponse(t.Context(), &client.ListOrganisationsParams{Slug: &slug})
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return lo.Map(answer.JSON200.Items, func(o client.Organisation, _ int) string { return o.Slug })
}

func TestUpdateOrganisation_NamesOneThing_LeavesTheOther(t *testing.T) {
	t.Parallel()

	w := setup(t).newWorld(t)
	before := w.names["organisation_slug"]

	named := w.rename(t, client.UpdateOrganisationInputBody{Name: new("Acme & <b>Söhne</b>")})
	require.NotNil(t, named.JSON200, "%s", named.Body)
	require.Equal(t, "Acme & <b>Söhne</b>", named.JSON200.Name)
	require.Equal(t, before, named.JSON200.Slug)
	require.Equal(t, client.OrganisationRole("owner"), named.JSON200.Role)

	after := "acme-" + w.names["random"]
	moved := w.rename(t, client.UpdateOrganisationInputBody{Slug: &after})
	require.NotNil(t, moved.JSON200, "%s", moved.Body)
	require.Equal(t, after, moved.JSON200.Slug)
	require.Equal(t, "Acme & <b>Söhne</b>", moved.JSON200.Name)
}

func TestUpdateOrganisation_IsWrittenIntoTheAuditLog_WhereSomethingChanges(t *testing.T) {
	t.Parallel()

	w := setup(t).newWorld(t)
	before, after := w.names["organisation_slug"], "acme-"+w.names["random"]

	require.Equal(t, http.StatusOK, w.rename(t, client.UpdateOrganisationInputBody{Name: new("Acme"), Slug: &after}).StatusCode())
	require.Equal(t, http.StatusOK, w.rename(t, client.UpdateOrganisationInputBody{Name: new("Acme"), Slug: &after}).StatusCode(), "nothing is left to change")
	require.Equal(t, http.StatusOK, w.rename(t, client.UpdateOrganisationInputBody{}).StatusCode())

	events, err := w.bundle.as(t, w.viewer.token).ListAuditEventsWithResponse(t.Context(), w.id("organisation_id"),
		&client.ListAuditEventsParams{Action: new("organisation.update")})
	require.NoError(t, err)
	require.NotNil(t, events.JSON200, "%s", events.Body)
	require.Len(t, events.JSON200.Items, 1)
	require.Equal(t, map[string]any{"name": "Acme", "slug": after, "slug_before": before}, events.JSON200.Items[0].Details)
	require.Equal(t, w.id("organisation_id"), events.JSON200.Items[0].SubjectID)
}

func TestUpdateOrganisation_SlugThatCannotBeHad_SaysWhy(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	other := w.organisation(t)
	deleted := w.organisation(t)
	w.exec(t, "UPDATE organisations SET deleted_at = now() WHERE id = $1", deleted)

	for _, refused := range []struct {
		slug, says string
		status     int
	}{
		{"of-" + other.String(), "Choose another one.", http.StatusConflict},
		{"of-" + deleted.String(), "Choose another one.", http.StatusConflict},
		{"www", "is reserved", http.StatusUnprocessableEntity},
		{"xn--80ak6aa92e", "is reserved", http.StatusUnprocessableEntity},
		{"Acme", "lower-case letters", http.StatusUnprocessableEntity},
		{"-acme", "lower-case letters", http.StatusUnprocessableEntity},
		{"", "lower-case letters", http.StatusUnprocessableEntity},
		{strings.Repeat("a", maxSlug+1), "40", http.StatusUnprocessableEntity},
	} {
		answer := w.rename(t, client.UpdateOrganisationInputBody{Name: new("Not this either"), Slug: &refused.slug})
		require.Equal(t, refused.status, answer.StatusCode(), "%s: %s", refused.slug, answer.Body)
		require.Contains(t, string(answer.Body), refused.says)
	}

	after, err := b.as(t, w.viewer.token).GetOrganisationWithResponse(t.Context(), w.id("organisation_id"))
	require.NoError(t, err)
	require.Equal(t, w.names["organisation_slug"], after.JSON200.Slug)
	require.Equal(t, "of a world", after.JSON200.Name)
}

func TestUpdateOrganisation_TwoWantOneSlug_OneGetsIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	one, other := b.newWorld(t), b.newWorld(t)
	wanted := "acme-" + one.names["random"]
	statuses := make(chan int, 2)

	for _, w := range []*world{one, other} {
		owner, organisation := b.as(t, w.owner.token), w.id("organisation_id")

		go func() {
			answer, err := owner.UpdateOrganisationWithResponse(t.Context(), organisation, client.UpdateOrganisationInputBody{Slug: &wanted})
			if err != nil {
				statuses <- 0 // No status: the request failed.

				return
			}

			statuses <- answer.StatusCode()
		}()
	}

	require.ElementsMatch(t, []int{http.StatusOK, http.StatusConflict}, []int{<-statuses, <-statuses})
}

func TestUpdateOrganisation_TheSlugBefore_StillFindsItForItsMembersAlone(t *testing.T) {
	t.Parallel()

	w := setup(t).newWorld(t)
	first, second, third := w.names["organisation_slug"], "b-"+w.names["random"], "c-"+w.names["random"]

	require.Equal(t, http.StatusOK, w.rename(t, client.UpdateOrganisationInputBody{Slug: &second}).StatusCode())
	require.Equal(t, http.StatusOK, w.rename(t, client.UpdateOrganisationInputBody{Slug: &third}).StatusCode())

	for _, slug := range []string{first, second, third} {
		require.Equal(t, []string{third}, w.withSlug(t, w.viewer, slug))
		require.Equal(t, []string{third}, w.withSlug(t, w.viewerToken, slug))
		require.Empty(t, w.withSlug(t, w.stranger, slug))
	}

	require.Empty(t, w.withSlug(t, w.viewer, "d-"+w.names["random"]))

	// Somebody else may take it, which leads nobody astray: the members of the first one find their own.
	taken, err := w.bundle.as(t, w.stranger.token).CreateOrganisationWithResponse(t.Context(), nil, client.CreateOrganisationInputBody{Name: "x", Slug: &first})
	require.NoError(t, err)
	require.NotNil(t, taken.JSON201, "%s", taken.Body)
	require.Equal(t, []string{first}, w.withSlug(t, w.stranger, first))
	require.Equal(t, []string{third}, w.withSlug(t, w.viewer, first))
}

func TestUpdateOrganisation_HostnamesOfItsProjects_StayAsTheyAre(t *testing.T) {
	t.Parallel()

	w := setup(t).newWorld(t)
	project := func() client.Project {
		answer, err := w.bundle.as(t, w.viewer.token).GetProjectWithResponse(t.Context(), w.id("project_id"))
		require.NoError(t, err)

		return *answer.JSON200
	}

	before := project()
	require.Equal(t, http.StatusOK, w.rename(t, client.UpdateOrganisationInputBody{Slug: new("acme-" + w.names["random"])}).StatusCode())
	require.Equal(t, before.URL, project().URL)
	require.Equal(t, before.Slug, project().Slug)
}

func TestUpdateOrganisation_WhoLosesTheRoleMeanwhile_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	owner, organisation := b.as(t, w.owner.token), w.id("organisation_id")

	// A change of members has begun, and the owner is admitted while it lasts.
	members, err := b.pool.Begin(t.Context())
	require.NoError(t, err)

	defer func() { _ = members.Rollback(context.WithoutCancel(t.Context())) }()

	_, err = database.New(members).LockMembers(t.Context(), organisation)
	require.NoError(t, err)

	answers := make(chan *client.UpdateOrganisationResponse, 1)

	go func() {
		answer, _ := owner.UpdateOrganisationWithResponse(t.Context(), organisation, client.UpdateOrganisationInputBody{Name: new("Acme")})
		answers <- answer
	}()

	require.Eventually(t, func() bool {
		return b.count(t, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%LockOrganisation %'`) == 1
	}, 10*time.Second, 5*time.Millisecond)

	// The role can be taken while the rename waits: it must not hold the membership yet.
	_, err = database.New(members).SetMemberRole(t.Context(), string(roleDeveloper), organisation, w.owner.userID)
	require.NoError(t, err)
	require.NoError(t, members.Commit(t.Context()))

	refused := <-answers
	require.NotNil(t, refused)
	require.Equal(t, http.StatusForbidden, refused.StatusCode(), "%s", refused.Body)
	require.Contains(t, string(refused.Body), "This needs the role owner")
}
