package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// until reads events of a stream of changes until one names the kind.
func (r *reader) until(t *testing.T, kind string) {
	t.Helper()

	for {
		event, changed := r.next(t), Changed{}
		require.Equal(t, "changed", event.name, "waiting for %s: %s", kind, event.data)
		require.NoError(t, json.Unmarshal([]byte(event.data), &changed))

		if slices.Contains(changed.Kinds, kind) {
			return
		}
	}
}

// changes opens a stream of changes behind all that has changed before.
func (b *testBundle) changes(t *testing.T, token, path string) *reader {
	t.Helper()

	require.Eventually(t, func() bool { return !b.server.service.listener.ChangesHeardUntil().IsZero() }, 10*time.Second, time.Millisecond)

	stream := b.streamAs(t, token, path+"/changes", "")
	event, first := stream.next(t), Changed{}
	require.Equal(t, "changed", event.name)
	require.NoError(t, json.Unmarshal([]byte(event.data), &first))
	require.Equal(t, database.ChangeKinds(), first.Kinds, "whoever comes fetches everything")

	// Postgres tells of changes in the order of their commits: once this one is told, nothing from before it is yet to come.
	b.exec(t, "SELECT pg_notify($1, $2)", database.ChannelChanges, strings.Join([]string{uuid.Nil.String(), uuid.Nil.String(), "quotas"}, " "))
	stream.until(t, "quotas")

	return stream
}

func TestChangeKinds_AreThoseOfTheDocument(t *testing.T) {
	t.Parallel()

	kinds := describedAPI().Components.Schemas.Map()["Changed"].Properties["kinds"].Items.Enum

	described := make([]string, 0, len(kinds))
	for _, kind := range kinds {
		described = append(described, kind.(string))
	}

	require.Equal(t, database.ChangeKinds(), described)
}

func TestChanges_OfAProject_TellEachKindThatAPageShows(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	project, organisation, deployment := w.id("project_id"), w.id("organisation_id"), w.id("deployment_id")
	one, all := "/v1/projects/"+project.String(), "/v1/organisations/"+organisation.String()
	ofProject, ofOrganisation := b.changes(t, w.viewer.token, one), b.changes(t, w.viewer.token, all)
	vm := id.New()

	for _, change := range []struct{ kind, statement string }{
		{"deployments", "UPDATE deployments SET step = 'build' WHERE id = '" + deployment.String() + "'"},
		{"deployments", "INSERT INTO deployment_steps (id, deployment_id, step, worker, attempt) VALUES (gen_random_uuid(), '" + deployment.String() + "', 'push', 'w', 7)"},
		{"deployments", "UPDATE deployment_steps SET waiting_for = 'Waiting.' WHERE deployment_id = '" + deployment.String() + "'"},
		{"instances", `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes)
			VALUES ('` + vm.String() + "', '" + deployment.String() + "', '" + w.names["node_id"] + "', '10.72.99.9', 80, 100, 1000)"},
		{"instances", "UPDATE vms SET state = 'healthy' WHERE id = '" + vm.String() + "'"},
		{"environments", "UPDATE environments SET expires_at = now() WHERE id = '" + w.names["environment_id"] + "'"},
		{"domains", "UPDATE domains SET checked_at = now() WHERE id = '" + w.names["domain_id"] + "'"},
		{"variables", "UPDATE environment_variables SET updated_at = now() WHERE project_id = '" + project.String() + "'"},
		{"variables", "DELETE FROM environment_variables WHERE project_id = '" + project.String() + "'"},
		{"project", "UPDATE projects SET poll_error = 'It is gone.' WHERE id = '" + project.String() + "'"},
		{"project", "INSERT INTO repository_credentials (project_id, kind) VALUES ('" + project.String() + "', 'https')"},
		{"events", "INSERT INTO project_events (id, project_id, kind, message) VALUES (gen_random_uuid(), '" + project.String() + "', 'skipped', 'It was.')"},
		{"members", "UPDATE organisation_members SET role = 'developer' WHERE user_id = '" + w.viewer.userID.String() + "'"},
		{"invitations", `INSERT INTO invitations (id, organisation_id, email, role, expires_at)
			VALUES (gen_random_uuid(), '` + organisation.String() + "', 'x@example.org', 'viewer', now())"},
		{"notifications", "UPDATE notification_channels SET enabled = false WHERE id = '" + w.names["channel_id"] + "'"},
		{"tokens", "UPDATE api_tokens SET name = 'other' WHERE id = '" + w.developerToken.tokenID.String() + "'"},
		{"quotas", "INSERT INTO quotas (id, organisation_id, builds) VALUES (gen_random_uuid(), '" + organisation.String() + "', 7)"},
		{"quotas", "INSERT INTO quotas (id, builds) VALUES (gen_random_uuid(), 9)"},
		{"audit", `INSERT INTO audit_events (id, organisation_id, action, subject_type, subject_id, details)
			VALUES (gen_random_uuid(), '` + organisation.String() + "', 'project.check', 'project', '" + project.String() + "', '{}')"},
		{"organisation", "UPDATE organisations SET name = 'other' WHERE id = '" + organisation.String() + "'"},
		{"github", `INSERT INTO github_installations (id, installation_id, app_id, account_id, account_login, account_kind, organisation_id)
			VALUES (gen_random_uuid(), 991, 1, 991, 'acme', 'user', '` + organisation.String() + "')"},
		{"github", "UPDATE github_installations SET organisation_id = NULL WHERE installation_id = 991"},
	} {
		b.exec(t, change.statement)
		ofProject.until(t, change.kind)
		ofOrganisation.until(t, change.kind)
	}
}

func TestChanges_ThatNobodyShows_AreNotTold(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	stream := b.changes(t, w.owner.token, "/v1/projects/"+w.names["project_id"])

	// A look at the repository that found nothing, another project, and keys that were rotated.
	b.exec(t, "UPDATE projects SET polled_at = now() WHERE id = $1", w.id("project_id"))
	b.exec(t, "UPDATE environments SET last_seen_at = now()")
	b.exec(t, "UPDATE environment_variables SET value_sealed = value_sealed || '\\x00'::bytea")
	b.project(t)

	b.exec(t, "UPDATE projects SET report_error = 'x' WHERE id = $1", w.id("project_id"))

	require.JSONEq(t, `{"kinds":["project"]}`, stream.next(t).data)
}

func TestChanges_ThatComeTogether_AreOneEvent(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	stream := b.changes(t, w.owner.token, "/v1/projects/"+w.names["project_id"])
	begun := time.Now()

	for range 20 {
		b.exec(t, "UPDATE projects SET preview_days = preview_days + 1 WHERE id = $1", w.id("project_id"))
	}

	b.exec(t, "UPDATE domains SET checked_at = now() WHERE project_id = $1", w.id("project_id"))

	events := 1
	for event := stream.next(t); ; event = stream.next(t) {
		require.Equal(t, "changed", event.name)

		changed := Changed{}
		require.NoError(t, json.Unmarshal([]byte(event.data), &changed))

		if changed.Kinds[0] == "domains" {
			break
		}

		events++
	}

	require.LessOrEqual(t, events, 2+int(time.Since(begun)/changePause))
}

func TestChanges_EndWithWhatIsFollowed(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	one := "/v1/projects/" + w.names["project_id"]

	session := b.changes(t, b.makeToken(t, w.owner.token, client.CreateTokenInputBody{Name: "short"}).Secret, one)
	b.exec(t, "UPDATE api_tokens SET revoked_at = now() WHERE name = 'short'")
	require.Equal(t, receivedEvent{}, session.next(t), "the token has ended")

	removed := b.changes(t, w.viewer.token, one)
	b.exec(t, "DELETE FROM organisation_members WHERE user_id = $1", w.viewer.userID)
	require.Equal(t, "gone", removed.next(t).name, "the role is lost")
	require.Equal(t, receivedEvent{}, removed.next(t))

	deleted := b.changes(t, w.developer.token, one)
	answer := b.send(t, http.MethodDelete, w.owner.token, one, "", nil)
	require.Equal(t, http.StatusNoContent, answer.StatusCode, answer.text)

	event := deleted.next(t)
	for event.name == "changed" {
		event = deleted.next(t)
	}

	require.Equal(t, "gone", event.name)
	require.Equal(t, receivedEvent{}, deleted.next(t))
}

func TestFollowChanges_AfterAReconnect_TellsAllKinds(t *testing.T) {
	t.Parallel()

	b := setup(t)
	organisation := b.organisation(t)

	changes, cancel := b.server.service.listener.FollowChanges(organisation, uuid.Nil, time.Time{})
	defer cancel()

	require.Equal(t, database.ChangeKinds(), changes.Take())
	b.exec(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND datname = current_database()")

	select {
	case <-changes.Wake():
		require.Equal(t, database.ChangeKinds(), changes.Take())
	case <-time.After(10 * time.Second):
		require.FailNow(t, "it was not told")
	}
}

func TestChanges_GoOnBehindAnEvent_WithWhatHasChangedSince(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	path := "/v1/projects/" + w.names["project_id"] + "/changes"
	before := time.Now()

	require.Eventually(t, func() bool { return !b.server.service.listener.ChangesHeardUntil().IsZero() }, 10*time.Second, time.Millisecond)

	stream := b.streamAs(t, w.owner.token, path, "")
	first, err := strconv.ParseInt(stream.next(t).id, 10, 64)
	require.NoError(t, err)
	require.WithinRange(t, time.UnixMilli(first), before.Add(-time.Millisecond), time.Now(), "an id is a time")

	// The process hears of changes, and has heard of one as soon as a stream tells.
	b.exec(t, "UPDATE projects SET report_error = 'x' WHERE id = $1", w.id("project_id"))
	stream.until(t, "project")

	// It remembers what it has heard since it was started, which a stream that goes on asks for from a little earlier on.
	known := strconv.FormatInt(time.Now().Add(changeOverlap).UnixMilli(), 10)

	b.exec(t, "UPDATE domains SET checked_at = now() WHERE project_id = $1", w.id("project_id"))
	stream.until(t, "domains")

	changed := Changed{}
	require.NoError(t, json.Unmarshal([]byte(b.streamAs(t, w.owner.token, path, known).next(t).data), &changed))
	require.Contains(t, changed.Kinds, "domains")
	require.NotContains(t, changed.Kinds, "quotas", "of which nothing has changed")

	// A reader whose last event this process does not remember is told that all kinds have changed.
	for _, id := range []string{"1", "", strconv.FormatInt(time.Now().Add(-time.Hour).UnixMilli(), 10)} {
		event := b.streamAs(t, w.owner.token, path, id).next(t)
		require.NoError(t, json.Unmarshal([]byte(event.data), &changed))
		require.Equal(t, database.ChangeKinds(), changed.Kinds)
	}
}

func TestChanges_WhileTheProcessDoesNotHearOfThem_HaveNoIDs(t *testing.T) {
	t.Parallel()

	// This listener was never connected, which has the follower be told all kinds.
	listener := database.NewListener(database.Config{}, slog.New(slog.DiscardHandler))
	changes, cancel := listener.FollowChanges(id.New(), uuid.Nil, time.Now())
	t.Cleanup(cancel)

	looked, writer := 0, beatWriter{written: make(chan string, 2)}
	stream := changeStream{service: &service{listener: listener}, changes: changes, out: &eventStream{
		writer: writer, controller: http.NewResponseController(writer), admitted: func(context.Context) error {
			looked++

			return nil
		},
	}}

	over, err := stream.beat(t.Context())
	require.NoError(t, err)
	require.False(t, over)
	require.Equal(t, 1, looked, "members may have changed")
	require.Regexp(t, `^event: changed\n`, <-writer.written, "what is gathered goes before the ping")
	require.Regexp(t, `^event: ping\n`, <-writer.written)
}
