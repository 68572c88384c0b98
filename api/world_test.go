package api

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/workflows"
)

// actor is somebody who calls operations.
type actor struct {
	name, token string
	// kind is that of the token; invalid ones are those of nobody, and those that have ended.
	kind    string
	invalid bool
	// session tells that the token stands in a cookie.
	session  bool
	operator bool
	// role is the one in the world's organisation; empty: no member.
	role    role
	userID  uuid.UUID
	tokenID uuid.UUID
}

// world is an organisation with one thing of each kind, and everybody who might want to do something to them.
type world struct {
	bundle *testBundle
	// names are the values of the parameters of paths.
	names map[string]string

	nobody, viewer, developer, owner, stranger, operator, node, edge, expired, revoked *actor
	viewerToken, developerToken, ownerToken                                            *actor
	// These are the viewer, the owner and the operator, with a browser; the last one has signed out.
	viewerSession, ownerSession, operatorSession, endedSession *actor
	// holder is the user whose own the token and the invitation are.
	holder *actor
}

func (w *world) actors() []*actor {
	return []*actor{
		w.nobody, w.viewer, w.developer, w.owner, w.stranger, w.operator, w.node, w.edge, w.expired, w.revoked,
		w.viewerToken, w.developerToken, w.ownerToken, w.viewerSession, w.ownerSession, w.operatorSession, w.endedSession,
	}
}

func (b *testBundle) newWorld(t *testing.T) *world {
	t.Helper()

	w := &world{bundle: b, names: map[string]string{"random": random(), "name": "NAME"}}
	organisation := w.organisation(t)
	w.names["organisation_id"], w.names["organisation_slug"] = organisation.String(), "of-"+organisation.String()

	w.nobody = &actor{name: "nobody", invalid: true}
	w.viewer, w.developer, w.owner = w.member(t, organisation, roleViewer), w.member(t, organisation, roleDeveloper), w.member(t, organisation, roleOwner)
	w.stranger = w.member(t, w.organisation(t), roleOwner)
	w.stranger.name, w.stranger.role = "the owner of another organisation", ""
	w.operator = w.user(t, "operator")
	w.operator.operator = true
	w.exec(t, "UPDATE users SET operator = true WHERE id = $1", w.operator.userID)

	w.viewerToken, w.developerToken = w.organisationToken(t, organisation, w.owner, roleViewer), w.organisationToken(t, organisation, w.owner, roleDeveloper)
	w.ownerToken = w.organisationToken(t, organisation, w.owner, roleOwner)

	w.expired, w.revoked = w.tokenOf(t, w.owner, "expired"), w.tokenOf(t, w.owner, "revoked")
	w.exec(t, "UPDATE api_tokens SET expires_at = now() - interval '1 second' WHERE id = $1", w.expired.tokenID)
	w.exec(t, "UPDATE api_tokens SET revoked_at = now() WHERE id = $1", w.revoked.tokenID)

	w.viewerSession, w.ownerSession, w.operatorSession = w.sessionOf(t, w.viewer), w.sessionOf(t, w.owner), w.sessionOf(t, w.operator)
	w.endedSession = w.sessionOf(t, w.owner)
	w.endedSession.name, w.endedSession.invalid = "a session that has ended", true
	w.exec(t, "UPDATE api_tokens SET revoked_at = now() WHERE id = $1", w.endedSession.tokenID)

	w.machines(t)
	w.things(t, organisation)

	// The owner alone holds this token and this invitation.
	w.holder = w.owner
	w.names["token_id"] = w.tokenOf(t, w.owner, "another").tokenID.String()
	w.names["invitation_id"] = w.invitation(t, w.organisation(t), w.owner).String()
	w.names["session_id"] = w.sessionOf(t, w.owner).tokenID.String()
	w.names["device_code"] = w.device(t)

	return w
}

func (w *world) exec(t *testing.T, statement string, arguments ...any) {
	t.Helper()

	_, err := w.bundle.pool.Exec(t.Context(), statement, arguments...)
	require.NoError(t, err)
}

func (w *world) organisation(t *testing.T) uuid.UUID {
	t.Helper()

	organisation := id.New()
	_, err := w.bundle.queries.CreateOrganisation(t.Context(), organisation, "of-"+organisation.String(), "of a world")
	require.NoError(t, err)

	return organisation
}

func (w *world) user(t *testing.T, name string) *actor {
	t.Helper()

	made := &actor{name: name, kind: userKind, userID: id.New()}
	w.exec(t, "INSERT INTO users (id, email, name, email_verified_at) VALUES ($1, $2, $3, now())", made.userID, made.userID.String()+"@example.com", name)

	return w.tokenOf(t, made, name)
}

func (w *world) member(t *testing.T, organisation uuid.UUID, as role) *actor {
	t.Helper()

	made := w.user(t, string(as))
	made.role = as
	require.NoError(t, w.bundle.queries.AddMember(t.Context(), organisation, made.userID, string(as)))

	return made
}

// token stores a token and returns it.
func (w *world) token(t *testing.T, params database.CreateTokenParams) string {
	t.Helper()

	token := secret.NewToken(userPrefix)
	params.Name, params.TokenHash = params.Kind, secret.HashToken(token)
	_, err := w.bundle.queries.CreateToken(t.Context(), params)
	require.NoError(t, err)

	return token
}

// tokenOf returns the user with another token.
func (w *world) tokenOf(t *testing.T, user *actor, name string) *actor {
	t.Helper()

	another := *user
	another.name, another.tokenID, another.invalid = name, id.New(), name == "expired" || name == "revoked"
	another.token = w.token(t, database.CreateTokenParams{ID: another.tokenID, Kind: userKind, UserID: &another.userID})

	return &another
}

// sessionOf returns the user with a browser.
func (w *world) sessionOf(t *testing.T, user *actor) *actor {
	t.Helper()

	made := *user
	made.name, made.session, made.tokenID, made.token = user.name+" in a session", true, id.New(), secret.NewToken(sessionPrefix)
	q := w.bundle.queries
	require.NoError(t, q.CreateSessionToken(t.Context(), database.CreateSessionTokenParams{
		ID: made.tokenID, TokenHash: secret.HashToken(made.token), UserID: user.userID, Lifetime: sessionLifetime,
	}))
	require.NoError(t, q.CreateSession(t.Context(), database.CreateSessionParams{ID: made.tokenID, Provider: providerCode}))

	return &made
}

// device begins to sign a program in, and returns its code.
func (w *world) device(t *testing.T) string {
	t.Helper()

	begun, err := w.bundle.nobody.CreateDeviceLoginWithResponse(t.Context(), client.CreateDeviceLoginInputBody{Machine: "laptop"})
	require.NoError(t, err)
	require.NotNil(t, begun.JSON201, "%s", begun.Body)

	return begun.JSON201.DeviceCode
}

func (w *world) organisationToken(t *testing.T, organisation uuid.UUID, maker *actor, as role) *actor {
	t.Helper()

	made := &actor{name: "a token for a " + string(as), kind: organisationKind, role: as, userID: maker.userID, tokenID: id.New()}
	made.token = w.token(t, database.CreateTokenParams{
		ID: made.tokenID, Kind: organisationKind, UserID: &maker.userID, OrganisationID: &organisation, Role: new(string(as)), ParentID: &maker.tokenID,
	})

	return made
}

// machines makes a node and an edge, and another token for each.
func (w *world) machines(t *testing.T) {
	t.Helper()

	q := w.bundle.queries
	require.NoError(t, w.bundle.server.service.inTx(t.Context(), func(queries *database.Queries) error {
		node, err := insertNode(t.Context(), queries, w.bundle.server.config.ClusterRange, usualPrefixLength, "node-"+w.names["random"], "here")
		w.names["node_id"] = node.ID.String()
		w.node = &actor{name: "node", kind: nodeKind, tokenID: id.New(), userID: node.ID}

		return err
	}))

	edge, err := q.CreateEdge(t.Context(), id.New(), "edge-"+w.names["random"], "here")
	require.NoError(t, err)

	w.names["edge_id"] = edge.ID.String()
	w.edge = &actor{name: "edge", kind: edgeKind, tokenID: id.New(), userID: edge.ID}

	w.node.token = w.token(t, database.CreateTokenParams{ID: w.node.tokenID, Kind: nodeKind, NodeID: &w.node.userID})
	w.names["join_token"] = secret.NewToken(joinPrefix)
	_, err = q.CreateJoinToken(t.Context(), database.CreateJoinTokenParams{
		ID: id.New(), NodeID: &w.node.userID, TokenHash: secret.HashToken(w.names["join_token"]), Lifetime: joinTokenLifetime,
	})
	require.NoError(t, err)

	w.names["edge_key"] = httpsignature.PublicKey(newKey(t)) // A machine is one edge.
	w.names["edge_join_token"] = secret.NewToken(joinPrefix)
	_, err = q.CreateJoinToken(t.Context(), database.CreateJoinTokenParams{
		ID: id.New(), EdgeID: &edge.ID, TokenHash: secret.HashToken(w.names["edge_join_token"]), Lifetime: joinTokenLifetime,
	})
	require.NoError(t, err)

	w.edge.token = w.token(t, database.CreateTokenParams{ID: w.edge.tokenID, Kind: edgeKind, EdgeID: &edge.ID})
}

// things makes a project of the organisation and what belongs to it, and a member for others to act on.
// deletedProject makes a project of an organisation that was deleted a minute ago, and can be restored for an hour.
func (w *world) deletedProject(t *testing.T, organisation uuid.UUID, slug string) uuid.UUID {
	t.Helper()

	project := id.New()
	w.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url, deleted_at, kept_until)
		VALUES ($1, $2, $3, $3, 'https://git.example.com/a.git', now() - interval '1 minute', now() + interval '1 hour')`, project, organisation, slug)
	w.exec(t, "INSERT INTO domains (id, project_id, hostname, kind, kept_since) VALUES ($1, $2, $3, 'generated', now())", id.New(), project, slug+".apps.example.com")

	return project
}

func (w *world) things(t *testing.T, organisation uuid.UUID) {
	t.Helper()

	project, domain, slug := id.New(), id.New(), "app-"+w.names["random"]
	w.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url) VALUES ($1, $2, $3, $3, 'https://git.example.com/a.git')`,
		project, organisation, slug)
	w.exec(t, "INSERT INTO domains (id, project_id, hostname, kind) VALUES ($1, $2, $3, 'custom')", domain, project, slug+".example.net")
	w.exec(t, "INSERT INTO domains (id, project_id, hostname, kind) VALUES ($1, $2, $3, 'generated')", id.New(), project, slug+".apps.example.com")

	sealed, err := w.bundle.server.service.keyring.SealVariable(t.Context(), w.bundle.queries,
		keyring.Variable{OrganisationID: organisation, ProjectID: project, Scope: "all", Name: "NAME"}, "value")
	require.NoError(t, err)
	w.exec(t, "INSERT INTO environment_variables (id, project_id, name, value_sealed) VALUES ($1, $2, 'NAME', $3)", id.New(), project, sealed)

	w.names["project_id"], w.names["domain_id"] = project.String(), domain.String()
	w.names["deleted_project_id"] = w.deletedProject(t, organisation, "gone-"+w.names["random"]).String()

	made, err := w.bundle.server.service.deployments.Create(t.Context(), workflows.CreateRequest{ProjectID: project, Trigger: workflows.TriggerManual})
	require.NoError(t, err)

	w.names["deployment_id"] = made.ID.String()

	preview, err := w.bundle.server.service.deployments.CreatePreview(t.Context(), project, "feature", nil)
	require.NoError(t, err)

	w.names["environment_id"] = preview.ID.String()

	detection, err := w.bundle.server.service.deployments.Detect(t.Context(), workflows.DetectionRequest{
		OrganisationID: organisation, RepositoryURL: "https://git.example.com/a.git", Branch: "main",
	})
	require.NoError(t, err)

	installation := id.New()
	w.exec(t, `INSERT INTO github_installations (id, installation_id, app_id, account_id, account_login, account_kind, organisation_id)
		VALUES ($1, (SELECT count(*) + 1 FROM github_installations), 1, 1, 'acme', 'organization', $2)`, installation, organisation)

	w.names["detection_id"], w.names["installation_id"] = detection.ID.String(), installation.String()

	channel, err := w.bundle.queries.CreateNotificationChannel(t.Context(), database.CreateNotificationChannelParams{
		ID: id.New(), OrganisationID: &organisation, Kind: channelWebhook, Name: "team", Address: "https://hooks.example.com/zeitwork",
	})
	require.NoError(t, err)

	w.names["channel_id"], w.names["platform_channel_id"] = channel.ID.String(), id.New().String()

	// There is always another owner.
	w.names["user_id"] = w.member(t, organisation, roleOwner).userID.String()
	w.names["vm_id"] = id.New().String()
	w.names["line_id"] = "1"
}
