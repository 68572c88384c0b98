package api

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/gitssh"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/workflows"
)

func (s *service) getRepositoryAccess(ctx context.Context, input *ProjectPath) (*RepositoryAccessOutput, error) {
	if _, err := s.project(ctx, input.ProjectID); err != nil {
		return nil, err
	}

	row, err := s.queries.GetRepositoryCredential(ctx, input.ProjectID, organisationOf(ctx))
	if errors.Is(err, pgx.ErrNoRows) {
		return &RepositoryAccessOutput{Body: RepositoryAccess{Kind: "none"}}, nil
	}

	if err != nil {
		return nil, err
	}

	return &RepositoryAccessOutput{Body: RepositoryAccess{
		Kind: row.Kind, PublicKey: lo.FromPtr(row.PublicKey), Username: lo.FromPtr(row.Username), Host: lo.FromPtr(row.Host), HostKey: lo.FromPtr(row.HostKey),
		HostKeyFingerprint: lo.FromPtr(row.HostKeyFingerprint), CreatedAt: &row.CreatedAt, LastUsedAt: row.LastUsedAt,
	}}, nil
}

func (s *service) createDeployKey(ctx context.Context, input *ProjectPath) (*RepositoryAccessOutput, error) {
	err := s.changeRepositoryAccess(ctx, input.ProjectID, func(queries *database.Queries, project database.Project) (AuditEvent, error) {
		private, public, err := gitssh.GenerateKey("zeitwork-" + project.Slug)
		if err != nil {
			return AuditEvent{}, err
		}

		err = s.putRepositoryAccess(ctx, queries, private, database.PutRepositoryCredentialParams{
			ProjectID: project.ID, OrganisationID: project.OrganisationID, Kind: workflows.AccessDeployKey, PublicKey: &public,
		})

		return projectEvent("repository_access.set", project.ID, map[string]any{"kind": workflows.AccessDeployKey}), err
	})
	if err != nil {
		return nil, err
	}

	return s.getRepositoryAccess(ctx, input)
}

func (s *service) setHTTPSCredential(ctx context.Context, input *SetHTTPSCredentialInput) (*RepositoryAccessOutput, error) {
	username, password := input.Body.Username, input.Body.Password
	// A colon ends the name (RFC 7617), and neither may end the header.
	if strings.Contains(username, ":") || strings.ContainsFunc(username+password, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, problem.New(problem.Invalid, "The username must not hold a colon, and neither it nor the password a control character.")
	}

	err := s.changeRepositoryAccess(ctx, input.ProjectID, func(queries *database.Queries, project database.Project) (AuditEvent, error) {
		address, err := url.Parse(project.RepositoryURL)
		if err != nil || address.Scheme != "https" {
			return AuditEvent{}, problem.New(problem.Conflict,
				"Credentials are sent by https alone, and the repository is %s. Give its https URL first.", project.RepositoryURL)
		}

		err = s.putRepositoryAccess(ctx, queries, password, database.PutRepositoryCredentialParams{
			ProjectID: project.ID, OrganisationID: project.OrganisationID, Kind: workflows.AccessHTTPS, Host: &address.Host, Username: &username,
		})

		return projectEvent("repository_access.set", project.ID, map[string]any{"kind": workflows.AccessHTTPS, "host": address.Host}), err
	})
	if err != nil {
		return nil, err
	}

	return s.getRepositoryAccess(ctx, &input.ProjectPath)
}

func (s *service) trustHost(ctx context.Context, input *TrustHostInput) (*RepositoryAccessOutput, error) {
	err := s.changeRepositoryAccess(ctx, input.ProjectID, func(queries *database.Queries, project database.Project) (AuditEvent, error) {
		address, err := gitssh.Parse(project.RepositoryURL)
		if err != nil {
			return AuditEvent{}, problem.New(problem.Conflict, "The repository %s is not read by SSH: its host shows no such key.", project.RepositoryURL)
		}

		changed, err := queries.NameHostKey(ctx, database.NameHostKeyParams{
			ProjectID: project.ID, OrganisationID: project.OrganisationID, Host: address.Host, Fingerprint: input.Body.Fingerprint,
		})
		if err == nil && changed == 0 {
			err = problem.New(problem.Conflict, "The project has no deploy key. Make one first.")
		}

		return projectEvent("repository_access.trust_host", project.ID, map[string]any{"host": address.Host, "fingerprint": input.Body.Fingerprint}), err
	})
	if err != nil {
		return nil, err
	}

	return s.getRepositoryAccess(ctx, &input.ProjectPath)
}

func (s *service) deleteRepositoryAccess(ctx context.Context, input *ProjectPath) (*struct{}, error) {
	return nil, s.changeRepositoryAccess(ctx, input.ProjectID, func(queries *database.Queries, project database.Project) (AuditEvent, error) {
		return projectEvent("repository_access.delete", project.ID, nil), workflows.ForgetRepositoryAccess(ctx, queries, project)
	})
}

// changeRepositoryAccess calls change with the locked project, and records what it did.
func (s *service) changeRepositoryAccess(
	ctx context.Context, project uuid.UUID, change func(queries *database.Queries, project database.Project) (AuditEvent, error),
) error {
	return s.inTx(ctx, func(queries *database.Queries) error {
		locked, err := lockProject(ctx, queries, project)
		if err != nil {
			return err
		}

		event, err := change(queries, locked)
		if err != nil {
			return err
		}

		return audit(ctx, queries, event)
	})
}

// putRepositoryAccess stores how a repository is read, with its private part, in the place of what there was.
func (s *service) putRepositoryAccess(ctx context.Context, queries *database.Queries, private string, params database.PutRepositoryCredentialParams) error {
	if err := workflows.ForgetAccessSecrets(ctx, queries, params.ProjectID); err != nil {
		return err
	}

	if err := queries.PutRepositoryCredential(ctx, params); err != nil {
		return err
	}

	return s.keyring.PutSecret(ctx, queries, workflows.AccessSecret(params.Kind, params.OrganisationID, params.ProjectID), private)
}
