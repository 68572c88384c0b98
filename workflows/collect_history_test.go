package workflows

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

const day = 24 * time.Hour

// oldID is an id as it was made that long ago.
func oldID(age time.Duration) uuid.UUID {
	made, fresh := id.Floor(time.Now().Add(-age)), id.New()
	copy(made[9:], fresh[9:])

	return made
}

// history is past for a deployment that was made and ended that long ago, in the project of the bundle.
func (b *testBundle) history(t *testing.T, age time.Duration, state string, routeVersion *int) uuid.UUID {
	t.Helper()

	deployment := oldID(age)
	b.exec(t, `INSERT INTO deployments (id, project_id, step, trigger, branch, environment_sealed, state, route_version, created_at, ended_at)
		VALUES ($1, $2, 'flip_route', 'manual', 'main', '', $3, $4, now() - $5::interval, now() - $5::interval)`,
		deployment, b.project, state, routeVersion, age)

	return deployment
}

// oldVM adds a VM of that age to a deployment, which was removed a minute later. Its address is free again.
func (b *testBundle) oldVM(t *testing.T, deployment uuid.UUID, address string, age time.Duration) uuid.UUID {
	t.Helper()

	vm := oldID(age)
	b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes, desired_state, state, removed_at, ip_released_at)
		VALUES ($1, $2, $3, $4::text::inet, 80, 100, 1000, 'stopped', 'removed', now() - $5::interval + interval '1 minute', now())`,
		vm, deployment, b.node.id, address, age)

	return vm
}

// leftOf returns which of the rows there still are, by their names, in order.
func (b *testBundle) leftOf(t *testing.T, table string, rows map[string]uuid.UUID) []string {
	t.Helper()

	left := []string{}

	for name, row := range rows {
		if b.count(t, "SELECT count(*) FROM "+table+" WHERE id = $1", row) > 0 {
			left = append(left, name)
		}
	}

	slices.Sort(left)

	return left
}

// historian is a worker that keeps one release, and deployments for 90 days.
func (b *testBundle) historian(t *testing.T) *Worker {
	t.Helper()

	worker := b.newWorker(t)
	worker.config.KeepReleases, worker.config.LogRetention = 1, 7*day

	return worker
}

func (b *testBundle) collectHistory(t *testing.T) {
	t.Helper()
	require.NoError(t, b.historian(t).collectHistory(b.ctx, &collected{}))
}

func TestCollectHistory_DeploymentsThatEndedLongAgo_GoWithAllThatIsTheirs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	rows := map[string]uuid.UUID{
		"failed":         b.history(t, 91*day, stateFailed, nil),
		"cancelled":      b.history(t, 92*day, stateCancelled, nil),
		"superseded":     b.history(t, 93*day, stateSuperseded, nil),
		"an old release": b.history(t, 94*day, stateRetired, new(1)),
		"young":          b.history(t, 89*day, stateFailed, nil),
		"a kept release": b.history(t, 95*day, stateRetired, new(2)),
		"live":           b.history(t, 100*day, stateLive, new(3)),
	}

	for _, deployment := range rows {
		b.exec(t, "INSERT INTO deployment_steps (id, deployment_id, step, attempt, worker) VALUES ($1, $2, 'build', 1, 'w')", id.New(), deployment)
		b.exec(t, `INSERT INTO project_events (id, project_id, deployment_id, kind, message) VALUES ($1, $2, $3, 'replaced', 'm')`,
			id.New(), b.project, deployment)
		b.buildLines(t, deployment, "1 day", 1)
	}

	b.oldVM(t, rows["failed"], "10.79.1.7", 90*day)

	var removed collected

	require.NoError(t, b.historian(t).collectHistory(b.ctx, &removed))
	require.ElementsMatch(t, []string{"young", "a kept release", "live"}, b.leftOf(t, "deployments", rows))
	require.EqualValues(t, 4, removed.deployments.Load())
	require.EqualValues(t, 1, removed.vms.Load())

	for _, table := range []string{"deployment_steps", "project_events", "build_logs"} {
		require.Equal(t, 3, b.count(t, "SELECT count(*) FROM "+table), table)
	}
}

func TestCollectHistory_DeploymentThatSomethingNames_Stays(t *testing.T) {
	t.Parallel()

	b := setup(t)
	rows := map[string]uuid.UUID{
		"on its way":                  b.history(t, 200*day, stateDeploying, nil),
		"kept warm":                   b.history(t, 200*day, stateRetired, new(1)),
		"retired lately":              b.history(t, 200*day, stateRetired, new(2)),
		"origin of one that stays":    b.history(t, 200*day, stateFailed, nil),
		"pins the project":            b.history(t, 200*day, stateRetired, new(3)),
		"answers on a domain":         b.history(t, 200*day, stateRetired, new(4)),
		"has a VM":                    b.history(t, 200*day, stateFailed, nil),
		"has an address":              b.history(t, 200*day, stateFailed, nil),
		"origin of one that goes":     b.history(t, 200*day, stateFailed, nil),
		"goes and repeats another":    b.history(t, 199*day, stateFailed, nil),
		"a release that nobody needs": b.history(t, 200*day, stateRetired, new(5)),
		"the last release":            b.history(t, 200*day, stateRetired, new(6)),
	}
	b.exec(t, "UPDATE deployments SET warm_until = now() + interval '1 minute' WHERE id = $1", rows["kept warm"])
	b.exec(t, "UPDATE deployments SET retired_at = now() - interval '89 days' WHERE id = $1", rows["retired lately"])
	b.exec(t, "UPDATE deployments SET origin_id = $2 WHERE id = $1", b.history(t, day, stateFailed, nil), rows["origin of one that stays"])
	b.exec(t, "UPDATE deployments SET origin_id = $2 WHERE id = $1", rows["goes and repeats another"], rows["origin of one that goes"])
	b.exec(t, "UPDATE environments SET pinned_by_id = $1", rows["pins the project"])
	b.exec(t, "UPDATE domains SET deployment_id = $1", rows["answers on a domain"])
	b.exec(t, "UPDATE vms SET removed_at = NULL, ip_released_at = NULL WHERE id = $1", b.oldVM(t, rows["has a VM"], "10.79.1.7", 200*day))
	b.exec(t, "UPDATE vms SET ip_released_at = NULL WHERE id = $1", b.oldVM(t, rows["has an address"], "10.79.1.8", 200*day))
	b.node.freeze(true)

	b.collectHistory(t)
	require.ElementsMatch(t, []string{
		"on its way", "kept warm", "retired lately", "origin of one that stays", "pins the project", "answers on a domain", "has a VM",
		"has an address", "the last release",
	}, b.leftOf(t, "deployments", rows))
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM vms"))
}

func TestCollectHistory_LogsAreKeptLonger_TheDeploymentsStayWithThem(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.history(t, 100*day, stateFailed, nil)

	worker := b.historian(t)
	worker.config.LogRetention = 120 * day
	require.NoError(t, worker.collectHistory(b.ctx, &collected{}))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments"))
}

func TestCollectHistory_RemovedVMs_GoOnceTheirLogsAreNotKept(t *testing.T) {
	t.Parallel()

	b := setup(t)
	live, underWay := b.history(t, 30*day, stateLive, new(1)), b.history(t, 30*day, stateDeploying, nil)
	rows := map[string]uuid.UUID{
		"old":                                  b.oldVM(t, live, "10.79.1.7", 8*day),
		"young":                                b.oldVM(t, live, "10.79.1.8", 6*day),
		"old, removed lately":                  b.oldVM(t, live, "10.79.1.9", 8*day),
		"old, its address rests":               b.oldVM(t, live, "10.79.1.10", 8*day),
		"old, has run the release command":     b.oldVM(t, underWay, "10.79.1.11", 8*day),
		"replaced by one whose row stays":      b.oldVM(t, live, "10.79.1.12", 8*day),
		"replaces one whose row goes, removed": b.oldVM(t, live, "10.79.1.13", 6*day),
	}
	b.exec(t, "UPDATE vms SET removed_at = now() - interval '6 days' WHERE id = $1", rows["old, removed lately"])
	b.exec(t, "UPDATE vms SET ip_released_at = NULL WHERE id = $1", rows["old, its address rests"])
	b.exec(t, "UPDATE vms SET replaces_id = $2 WHERE id = $1", rows["replaces one whose row goes, removed"], rows["replaced by one whose row stays"])
	b.runtimeLines(t, rows["old"], "8 days", 1, 3)
	b.runtimeLines(t, rows["young"], "6 days", 1, 3)

	b.collectHistory(t)
	require.ElementsMatch(t, []string{
		"young", "old, removed lately", "old, its address rests", "old, has run the release command", "replaces one whose row goes, removed",
	}, b.leftOf(t, "vms", rows))
	require.Equal(t, 3, b.count(t, "SELECT count(*) FROM runtime_logs"))
}

func TestCollectHistory_EventsAndAuditLog_GoByTheirAge(t *testing.T) {
	t.Parallel()

	b := setup(t)
	events := map[string]uuid.UUID{"old": oldID(91 * day), "young": oldID(89 * day)}
	audit := map[string]uuid.UUID{"old": oldID(401 * day), "young": oldID(399 * day)}

	for _, event := range events {
		b.exec(t, "INSERT INTO project_events (id, project_id, kind, message) VALUES ($1, $2, 'pinned', 'm')", event, b.project)
	}

	for _, event := range audit {
		b.exec(t, "INSERT INTO audit_events (id, action, subject_type, subject_id, details) VALUES ($1, 'a', 'project', $2, '{}')", event, b.project)
	}

	b.collectHistory(t)
	require.Equal(t, []string{"young"}, b.leftOf(t, "project_events", events))
	require.Equal(t, []string{"young"}, b.leftOf(t, "audit_events", audit))
}

func TestCollectHistory_FormerSlugs_StayWhileThereIsTheOrganisation(t *testing.T) {
	t.Parallel()

	b := setup(t)
	there, deleted := id.New(), id.New()
	b.exec(t, `INSERT INTO organisations (id, slug, name, deleted_at) VALUES ($1, 'there', 'a', NULL), ($2, 'deleted', 'b', now())`, there, deleted)

	rows := map[string]uuid.UUID{}

	for _, event := range []struct {
		name, action, details string
		organisation          uuid.UUID
	}{
		{"slug", "organisation.update", `{"slug":"there","slug_before":"before"}`, there},
		{"slug of one that was deleted", "organisation.update", `{"slug":"deleted","slug_before":"before"}`, deleted},
		{"name", "organisation.update", `{"slug":"there","name":"a"}`, there},
		{"another change", "organisation.create", `{"slug":"there"}`, there},
	} {
		rows[event.name] = oldID(401 * day)
		b.exec(t, "INSERT INTO audit_events (id, action, subject_type, subject_id, details) VALUES ($1, $2, 'organisation', $3, $4)",
			rows[event.name], event.action, event.organisation, event.details)
	}

	b.collectHistory(t)
	require.Equal(t, []string{"slug"}, b.leftOf(t, "audit_events", rows))
}

func TestCollectHistory_WhatChannelsWereTold_GoesUnlessItIsOnItsWay(t *testing.T) {
	t.Parallel()

	b := setup(t)
	channel, rows := b.channel(t, "on", b.notified(t)), map[string]uuid.UUID{}

	for name, age := range map[string]time.Duration{"old": 91 * day, "old and pending": 91 * day, "young": 89 * day} {
		rows[name] = oldID(age)
		state := lo.Ternary(name == "old and pending", deliveryPending, deliveryDelivered)
		b.exec(t, `INSERT INTO notification_deliveries (id, channel_id, event, state, ended_at)
			VALUES ($1, $2, 'test', $3, CASE WHEN $3 <> 'pending' THEN now() END)`, rows[name], channel, state)
	}

	b.collectHistory(t)
	require.Equal(t, []string{"old and pending", "young"}, b.leftOf(t, "notification_deliveries", rows))
}

func TestCollectHistory_AlertsGoOnceTheyAreOverForLong_AndWhatWasToldOfThoseThatLastStays(t *testing.T) {
	t.Parallel()

	b := setup(t)
	channel, alerts, told := b.channelOf(t, uuid.Nil, "operators", b.notified(t)), map[string]uuid.UUID{}, map[string]uuid.UUID{}

	for name, ended := range map[string]*time.Duration{"lasts": nil, "over since yesterday": new(day), "over for long": new(91 * day)} {
		alerts[name], told[name] = oldID(92*day), oldID(92*day)
		b.exec(t, `INSERT INTO platform_alerts (id, part, about, detail, advice, told_at, ended_at, well_since)
			VALUES ($1, 'nodes', $2, '', '', now(), now() - $3::interval, now())`, alerts[name], name, ended)
		b.exec(t, `INSERT INTO notification_deliveries (id, channel_id, event, alert_id, state, ended_at)
			VALUES ($1, $2, 'firing', $3, 'delivered', now())`, told[name], channel, alerts[name])
	}

	b.collectHistory(t)
	require.Equal(t, []string{"lasts", "over since yesterday"}, b.leftOf(t, "platform_alerts", alerts))
	require.Equal(t, []string{"lasts"}, b.leftOf(t, "notification_deliveries", told), "it would be told again")
}

func TestCollectHistory_MoreThanABatch_AllGo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, `INSERT INTO audit_events (id, action, subject_type, subject_id, details)
		SELECT ('01000000-0000-7000-8000-' || lpad(number::text, 12, '0'))::uuid, 'a', 'project', $1, '{}' FROM generate_series(1, 2500) AS number`, b.project)

	var removed collected

	require.NoError(t, b.historian(t).collectHistory(b.ctx, &removed))
	require.Zero(t, b.count(t, "SELECT count(*) FROM audit_events"))
	require.EqualValues(t, 2500, removed.auditEvents.Load())
}

func TestCollectHistory_DeletedProject_GoesOnceNothingOfItIsLeft(t *testing.T) {
	t.Parallel()

	b := setup(t)
	image := oldID(200 * day)
	b.exec(t, "INSERT INTO images (id, project_id, repository, digest, size_bytes, collected_at) VALUES ($1, $2, 'projects/x', 'sha256:a', 1, now() - interval '92 days')",
		image, b.project)
	b.exec(t, "UPDATE deployments SET image_id = $2 WHERE id = $1", b.history(t, 200*day, stateRetired, new(1)), image)
	b.exec(t, "UPDATE projects SET id = id, deleted_at = now() - interval '91 days'")
	b.exec(t, "DELETE FROM domains")

	// Ids of projects tell their age, too.
	old := oldID(200 * day)
	b.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url, deleted_at)
		SELECT $1, organisation_id, name, slug, repository_url, deleted_at FROM projects`, old)
	b.exec(t, "UPDATE images SET project_id = $1", old)
	b.exec(t, "UPDATE deployments SET project_id = $1, environment_id = $1", old)
	b.exec(t, "INSERT INTO environment_variables (id, project_id, name, value_sealed) VALUES ($1, $2, 'A', 'b')", id.New(), old)

	b.collectHistory(t)
	require.Zero(t, b.count(t, "SELECT count(*) FROM deployments"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE id = $1", old), "its image is in the registry")

	b.exec(t, "UPDATE images SET repository = ''")
	b.exec(t, "UPDATE projects SET deleted_at = now() - interval '89 days' WHERE id = $1", old)
	b.collectHistory(t)
	require.Zero(t, b.count(t, "SELECT count(*) FROM images"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE id = $1", old), "it was deleted lately")

	b.exec(t, "UPDATE projects SET deleted_at = now() - interval '91 days' WHERE id = $1", old)
	b.collectHistory(t)
	require.Zero(t, b.count(t, "SELECT count(*) FROM projects WHERE id = $1", old))
	require.Zero(t, b.count(t, "SELECT count(*) FROM environment_variables"))
}

func TestCollectGarbage_AlsoCollectsHistory(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.history(t, 91*day, stateFailed, nil)
	b.collect(t)
	require.Zero(t, b.count(t, "SELECT count(*) FROM deployments"))
}

func TestCollectHistory_ImageThatIsGoneAndUnused_LosesItsRow(t *testing.T) {
	t.Parallel()

	b := setup(t)
	rows := map[string]uuid.UUID{}

	for name, age := range map[string]string{"gone": "91 days", "gone lately": "89 days", "still there": "91 days", "of a deployment": "91 days"} {
		rows[name] = oldID(200 * day)
		b.exec(t, "INSERT INTO images (id, project_id, repository, digest, size_bytes, collected_at) VALUES ($1, $2, '', $3, 1, now() - $4::interval)",
			rows[name], b.project, "sha256:"+name, age)
	}

	b.exec(t, "UPDATE images SET repository = 'projects/x' WHERE id = $1", rows["still there"])
	b.exec(t, "UPDATE deployments SET image_id = $2 WHERE id = $1", b.history(t, day, stateFailed, nil), rows["of a deployment"])

	b.collectHistory(t)
	require.ElementsMatch(t, []string{"gone lately", "still there", "of a deployment"}, b.leftOf(t, "images", rows))
}

func TestCollectHistory_SignIns_GoWhenTheyAreLongOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	user := uuid.New()
	b.exec(t, "INSERT INTO users (id, email, name) VALUES ($1, 'ada@example.com', 'Ada')", user)

	begun := map[string]uuid.UUID{"old": oldID(25 * time.Hour), "young": oldID(23 * time.Hour)}
	for name, row := range begun {
		b.exec(t, "INSERT INTO web_flows (id, purpose, state_hash, browser_hash, expires_at) VALUES ($1, 'sign_in', $2, '', now())", row, []byte(name))
		b.exec(t, "INSERT INTO sign_in_codes (id, code_hash, user_id, expires_at) VALUES ($1, $2, $3, now())", row, []byte(name), user)
		b.exec(t, "INSERT INTO device_logins (id, device_hash, user_code, machine, address, expires_at) VALUES ($1, $2, $3, 'm', '', now())", row, []byte(name), name)
	}

	// A session is as old as its use: one that was begun long ago may be in use.
	sessions := map[string]uuid.UUID{"in use": oldID(90 * day), "ended": oldID(90 * day), "expired": oldID(90 * day), "ended lately": oldID(90 * day)}
	for name, row := range sessions {
		b.exec(t, `INSERT INTO api_tokens (id, kind, name, token_hash, user_id, expires_at, revoked_at) VALUES ($1, 'session', 's', $2, $3,
			CASE WHEN $4::text = 'expired' THEN now() - interval '31 days' ELSE now() + interval '1 day' END,
			CASE $4::text WHEN 'ended' THEN now() - interval '31 days' WHEN 'ended lately' THEN now() - interval '29 days' END)`, row, []byte(name), user, name)
		b.exec(t, "INSERT INTO sessions (id, provider) VALUES ($1, 'code')", row)
	}

	b.collectHistory(t)

	for _, table := range []string{"web_flows", "sign_in_codes", "device_logins"} {
		require.Equal(t, []string{"young"}, b.leftOf(t, table, begun), table)
	}

	require.ElementsMatch(t, []string{"in use", "ended lately"}, b.leftOf(t, "sessions", sessions))
}

func TestCollectHistory_RunsThatReportedLongAgo_AreForgotten(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "INSERT INTO report_runs (reporter_id, run_id, sequence, reported_at) VALUES ($1, $1, 1, now() - interval '367 days'), ($2, $2, 1, now() - interval '365 days')",
		uuid.New(), uuid.New())
	b.collectHistory(t)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM report_runs"))
}
