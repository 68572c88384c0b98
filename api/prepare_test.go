package api

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/workflows"
)

// awaitedCommit is the one that waits for an approval.
const awaitedCommit = "1234567890123456789012345678901234567890"

// prepare brings the world into the state in which the caller can do what the operation does.
func (w *world) prepare(t *testing.T, o described, caller *actor) {
	t.Helper()

	organisation, deployment := w.id("organisation_id"), w.id("deployment_id")

	switch o.ID {
	case "revoke-token", "rotate-token":
		w.names["token_id"] = w.tokenBelow(t, caller).String()
	case "end-one-session":
		w.names["session_id"] = w.sessionOf(t, caller).tokenID.String()
	case "revoke-organisation-token":
		w.names["token_id"] = w.developerToken.tokenID.String()
	case "revoke-node-token":
		w.names["token_id"] = w.node.tokenID.String()
	case "revoke-edge-token":
		w.names["token_id"] = w.edge.tokenID.String()
	case "put-domain-certificate":
		chain, key := issue(t, w.hostname(t))
		w.names["chain"], w.names["key"] = jsonText(t, chain), jsonText(t, key)
	case "delete-domain-certificate":
		w.exec(t, `INSERT INTO certificates (id, domain_id, hostname, source, state) VALUES ($1, $2, 'a.example.org', 'uploaded', 'active') ON CONFLICT DO NOTHING`,
			id.New(), w.id("domain_id"))
	case "delete-platform-channel", "test-platform-channel", "list-platform-deliveries":
		channel := id.New()
		w.names["platform_channel_id"] = channel.String()
		w.exec(t, "INSERT INTO notification_channels (id, kind, name, address) VALUES ($1::uuid, 'webhook', $1::text, 'https://hooks.example.com/zeitwork')", channel)
	case "accept-invitation":
		w.names["invitation_id"] = w.invitation(t, w.organisation(t), caller).String()
	case "revoke-invitation":
		w.names["invitation_id"] = w.invitation(t, organisation, w.stranger).String()
	case "resend-notification-confirmation":
		w.exec(t, "UPDATE notification_channels SET kind = 'email', address = $2, unconfirmed_since = now() WHERE id = $1",
			w.id("channel_id"), random()+"@example.org")
	case "rotate-notification-channel-key":
		require.NoError(t, w.bundle.parts.Keyring.PutSecret(t.Context(), w.bundle.queries,
			keyring.Secret{Kind: "webhook_signing_key", OrganisationID: organisation, SubjectID: w.id("channel_id")}, newSigningKey()))
	case "delete-organisation":
		w.exec(t, "UPDATE projects SET deleted_at = now() WHERE organisation_id = $1", organisation)
	case "read-environment-variable":
		w.exec(t, "UPDATE projects SET variables_readable = true WHERE id = $1", w.id("project_id"))
	case "rollback":
		image := id.New()
		w.exec(t, "INSERT INTO images (id, project_id, repository, digest, size_bytes) VALUES ($1, $2, 'r', 'sha256:0', 1)", image, w.id("project_id"))
		w.exec(t, "UPDATE deployments SET state = 'retired', route_version = 1, image_id = $2 WHERE id = $1", deployment, image)
	case "restart-deployment":
		w.exec(t, "UPDATE deployments SET state = 'live' WHERE id = $1", deployment)
	case "unpin-project":
		w.exec(t, "UPDATE projects SET pinned_by_id = $2 WHERE id = $1", w.id("project_id"), deployment)
	case "unpin-environment":
		w.exec(t, "UPDATE environments SET pinned_by_id = $2 WHERE id = $1", w.id("environment_id"), deployment)
	case "trust-host":
		w.exec(t, "UPDATE projects SET repository_url = 'ssh://git@git.example.com/a.git' WHERE id = $1", w.id("project_id"))
		w.exec(t, "INSERT INTO repository_credentials (project_id, kind) VALUES ($1, 'deploy_key')", w.id("project_id"))
	case "approve-environment":
		w.exec(t, "UPDATE environments SET pull_request_number = 1, is_fork = true, awaiting_commit = $2 WHERE id = $1", w.id("environment_id"), awaitedCommit)
	case "promote-deployment":
		w.names["deployment_id"] = w.livePreview(t).String()
	case "connect-github", "list-github-repositories":
		w.bundle.saveApp(t)
	case "get-log-context":
		w.names["line_id"] = w.line(t).String()
	case "ship-logs":
		require.NoError(t, w.bundle.queries.CreateVM(t.Context(), database.CreateVMParams{
			ID: w.id("vm_id"), DeploymentID: deployment, NodeID: w.id("node_id"), Kind: "app", IP: netip.MustParseAddr("10.72.200.2"), Port: 8080,
			CPUMillis: 100, MemoryBytes: 64 << 20,
		}))
	}
}

// line returns the id of a log line, which a VM of the deployment wrote.
func (w *world) line(t *testing.T) json.Number {
	t.Helper()

	vms, err := w.bundle.pool.Query(t.Context(), "SELECT id FROM vms WHERE deployment_id = $1", w.id("deployment_id"))
	require.NoError(t, err)
	known, err := pgx.CollectRows(vms, pgx.RowTo[uuid.UUID])
	require.NoError(t, err)

	if len(known) == 0 {
		w.bundle.wrote(t, w.bundle.appVM(t, w.id("deployment_id"), "10.72.201.2"), 1, time.Now(), "a line")
	}

	var line json.Number
	require.NoError(t, w.bundle.pool.QueryRow(t.Context(), "SELECT max(id)::text FROM runtime_logs").Scan(&line))

	return line
}

// livePreview makes a deployment that was live in the preview and has an image.
func (w *world) livePreview(t *testing.T) uuid.UUID {
	t.Helper()

	image, project := id.New(), w.id("project_id")
	w.exec(t, "INSERT INTO images (id, project_id, repository, digest, size_bytes) VALUES ($1, $2, 'r', 'sha256:1', 1)", image, project)

	made, err := w.bundle.server.service.deployments.Create(t.Context(), workflows.CreateRequest{
		ProjectID: project, EnvironmentID: w.id("environment_id"), Trigger: workflows.TriggerManual,
	})
	require.NoError(t, err)
	w.exec(t, "UPDATE deployments SET state = 'live', route_version = 1, image_id = $2, build_plan = '{}' WHERE id = $1", made.ID, image)

	return made.ID
}

func (w *world) id(name string) uuid.UUID { return uuid.MustParse(w.names[name]) }

// tokenBelow makes a token with the one of the caller.
func (w *world) tokenBelow(t *testing.T, caller *actor) uuid.UUID {
	t.Helper()

	params := database.CreateTokenParams{ID: id.New(), Kind: caller.kind, UserID: &caller.userID, ParentID: &caller.tokenID}
	if caller.kind == organisationKind {
		params.OrganisationID, params.Role = new(w.id("organisation_id")), new(string(caller.role))
	}

	w.token(t, params)

	return params.ID
}

// invitation invites a user to an organisation.
func (w *world) invitation(t *testing.T, organisation uuid.UUID, invited *actor) uuid.UUID {
	t.Helper()

	made, err := w.bundle.queries.CreateInvitation(t.Context(), database.CreateInvitationParams{
		ID: id.New(), OrganisationID: organisation, Email: new(invited.userID.String() + "@example.com"), Role: string(roleViewer), Lifetime: time.Hour,
	})
	require.NoError(t, err)

	return made.ID
}
