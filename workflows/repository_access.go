package workflows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/gitremote"
	"github.com/zeitwork/zeitwork/internal/gitssh"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// The ways in which a repository is read that not everybody may read, as they stand in repository_credentials.kind.
const (
	AccessDeployKey = "deploy_key"
	AccessHTTPS     = "https"
)

// AccessSecret names the private part of how the repository of a project is read: the key, or the password.
func AccessSecret(kind string, organisation, project uuid.UUID) keyring.Secret {
	return keyring.Secret{
		Kind: lo.Ternary(kind == AccessHTTPS, "https_credential", AccessDeployKey), OrganisationID: organisation, SubjectID: project,
	}
}

// remoteOf is the repository of a project, with what the project has to read it with.
func (w *Worker) remoteOf(ctx context.Context, project uuid.UUID, repositoryURL string) (activities.Remote, error) {
	remote, queries := activities.Remote{URL: repositoryURL}, database.New(w.pool)

	row, err := queries.RepositoryCredentialOf(ctx, project)
	if errors.Is(err, pgx.ErrNoRows) {
		return remote, nil
	}

	if err != nil {
		return remote, fmt.Errorf("read how the repository is read: %w", err)
	}

	address, err := url.Parse(repositoryURL)
	if err != nil || (address.Scheme == "ssh") != (row.RepositoryCredential.Kind == AccessDeployKey) {
		return remote, nil //nolint:nilerr // Whoever reads the URL says what is wrong with it, or that it needs another way.
	}

	// Before it is decrypted: whoever can change the URL must not be able to have it sent elsewhere.
	if row.RepositoryCredential.Kind == AccessHTTPS {
		if err := requireHost(row.RepositoryCredential, address); err != nil {
			return remote, err
		}
	}

	private, err := w.keyring.Secret(ctx, queries, AccessSecret(row.RepositoryCredential.Kind, row.OrganisationID, project))
	if err != nil {
		return remote, err
	}

	if err := queries.TouchRepositoryCredential(ctx, project); err != nil {
		return remote, fmt.Errorf("write that the credential was used: %w", err)
	}

	if row.RepositoryCredential.Kind == AccessHTTPS {
		remote.Credentials = &gitremote.Credentials{Username: lo.FromPtr(row.RepositoryCredential.Username), Password: private}

		return remote, nil
	}

	remote.Identity, err = w.identityOf(row, repositoryURL, private)

	return remote, err
}

// requireHost refuses to send a credential to another host than it was stored for, or in plain text.
func requireHost(row database.RepositoryCredential, address *url.URL) error {
	if address.Scheme == "https" && address.Host == lo.FromPtr(row.Host) {
		return nil
	}

	return problem.New(problem.Conflict, "The credential of the project is for https://%s, and is not sent to %s://%s. Store one for that: zeitwork access https.",
		lo.FromPtr(row.Host), address.Scheme, address.Host)
}

// identityOf is how a repository is read by SSH: by a host that was known before, or is now for the first time.
func (w *Worker) identityOf(row database.RepositoryCredentialOfRow, repositoryURL, private string) (*gitssh.Identity, error) {
	address, err := gitssh.Parse(repositoryURL)
	if err != nil {
		return nil, problem.New(problem.Invalid, "%q is not the URL of a repository: %s.", repositoryURL, err)
	}

	identity := &gitssh.Identity{PrivateKey: private, Trust: func(ctx context.Context, shown gitssh.HostKey) error {
		return w.trustHost(ctx, row, address.Host, shown)
	}}

	if lo.FromPtr(row.RepositoryCredential.Host) == address.Host {
		identity.KnownHost = lo.FromPtr(row.RepositoryCredential.HostKey)
	}

	return identity, nil
}

// trustHost returns nil for the key that a host has always shown, or shows to the project for the first time, which is then known.
func (w *Worker) trustHost(ctx context.Context, row database.RepositoryCredentialOfRow, host string, shown gitssh.HostKey) error {
	known := row.RepositoryCredential
	if known.HostKey != nil && lo.FromPtr(known.Host) == host && *known.HostKey == shown.Line {
		return nil
	}

	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		pinned, err := queries.PinHostKey(ctx, database.PinHostKeyParams{
			ProjectID: known.ProjectID, Host: host, HostKey: shown.Line, Fingerprint: shown.Fingerprint,
		})
		if err != nil {
			return fmt.Errorf("write the host's key: %w", err)
		}

		if pinned > 0 {
			return auditHostKey(ctx, queries, row, host, shown)
		}

		// Another one was there first, or the host has another key than before.
		now, err := queries.RepositoryCredentialOf(ctx, known.ProjectID)
		if err != nil {
			return fmt.Errorf("read the host's key: %w", err)
		}

		if lo.FromPtr(now.RepositoryCredential.HostKey) == shown.Line {
			return nil
		}

		return problem.New(problem.Forbidden, "The server %s shows the key %s, and not %s as before: it may be another server. Nothing was shown to it. "+
			"Ask those who run it whether they have replaced its key, and accept the new one then: zeitwork access trust-host %s", host, shown.Fingerprint,
			lo.FromPtr(now.RepositoryCredential.HostKeyFingerprint), shown.Fingerprint)
	})
}

func auditHostKey(ctx context.Context, queries *database.Queries, row database.RepositoryCredentialOfRow, host string, shown gitssh.HostKey) error {
	details, err := json.Marshal(map[string]any{"host": host, "fingerprint": shown.Fingerprint})
	if err != nil {
		return fmt.Errorf("write the details of a host's key: %w", err)
	}

	err = queries.CreateAuditEvent(ctx, database.CreateAuditEventParams{
		ID: id.New(), OrganisationID: &row.OrganisationID, ActorKind: new(database.ActorPlatform), Action: "repository_access.trust_host", SubjectType: "project",
		SubjectID: row.RepositoryCredential.ProjectID, Details: details,
	})
	if err != nil {
		return fmt.Errorf("write that the host is known: %w", err)
	}

	return nil
}

// ForgetRepositoryAccess leaves nothing of how the repository of a project is read. The project is locked.
func ForgetRepositoryAccess(ctx context.Context, queries *database.Queries, project database.Project) error {
	if err := ForgetAccessSecrets(ctx, queries, project.ID); err != nil {
		return err
	}

	if _, err := queries.DeleteRepositoryCredential(ctx, project.ID, project.OrganisationID); err != nil {
		return fmt.Errorf("forget how the repository is read: %w", err)
	}

	return nil
}

// ForgetAccessSecrets deletes the private parts of how the repository of a project is read. The project is locked.
func ForgetAccessSecrets(ctx context.Context, queries *database.Queries, project uuid.UUID) error {
	for _, kind := range []string{AccessDeployKey, AccessHTTPS} {
		if err := queries.DeleteSecret(ctx, project, AccessSecret(kind, uuid.Nil, project).Kind); err != nil {
			return fmt.Errorf("forget the secrets of a repository: %w", err)
		}
	}

	return nil
}
