package keyring

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/secret"
)

const (
	// resealBatch is how many values are read at once. Each is written by a statement of its own, which holds up nobody and needs no order of locks.
	resealBatch = 200
	// maxPasses bounds how often all values are looked through. Processes of the version before keysets go on writing values in the former way.
	maxPasses = 5
	// maxUnreadable bounds how many values are named that no key opens.
	maxUnreadable = 20
)

// resealer seals values anew under the primary key of one version of the keyset.
type resealer struct {
	keyring  *Keyring
	keyset   *secret.Keyset
	version  int64
	queries  *database.Queries
	rotation *Rotation
}

// sealedRow is a value that another key than the primary one sealed.
type sealedRow struct {
	id      uuid.UUID
	context secret.Context
	open    func() ([]byte, error)
	write   func(resealed []byte) (int64, error)
}

// all looks through all values until it finds none that has to be sealed anew.
func (r resealer) all(ctx context.Context) error {
	for range maxPasses {
		before := r.rotation.Resealed
		r.rotation.Unreadable = nil

		for _, list := range []func(context.Context, uuid.UUID) ([]sealedRow, error){r.variables, r.environments, r.secrets} {
			if err := r.column(ctx, list); err != nil {
				return err
			}
		}

		if r.rotation.Resealed == before {
			return nil
		}
	}

	return nil
}

// column looks once through the values of one column.
func (r resealer) column(ctx context.Context, list func(ctx context.Context, after uuid.UUID) ([]sealedRow, error)) error {
	after := uuid.Nil

	for {
		rows, err := list(ctx, after)
		if err != nil {
			return fmt.Errorf("list values: %w", err)
		}

		for _, row := range rows {
			if err := r.row(row); err != nil {
				return err
			}
		}

		if len(rows) < resealBatch {
			return nil
		}

		after = rows[len(rows)-1].id
	}
}

func (r resealer) row(row sealedRow) error {
	plaintext, err := row.open()
	if errors.Is(err, secret.ErrUnreadable) {
		if len(r.rotation.Unreadable) < maxUnreadable {
			r.rotation.Unreadable = append(r.rotation.Unreadable, row.context.String())
		}

		return nil
	}

	if err != nil {
		return err
	}

	resealed, err := r.keyset.Seal(plaintext, row.context)
	if err != nil {
		return err
	}

	// No row is written where somebody has written the value meanwhile, under the primary key of that time.
	written, err := row.write(resealed)
	if err != nil {
		return fmt.Errorf("write the value of %s: %w", row.context, err)
	}

	r.rotation.Resealed += int(written)

	return nil
}

func (r resealer) variables(ctx context.Context, after uuid.UUID) ([]sealedRow, error) {
	found, err := r.queries.ListVariablesToReseal(ctx, after, r.keyset.PrimaryPrefix(), resealBatch)
	rows := make([]sealedRow, 0, len(found))

	for _, f := range found {
		variable := Variable{ID: f.ID, OrganisationID: f.OrganisationID, ProjectID: f.ProjectID, Scope: f.Scope, Name: f.Name}
		rows = append(rows, sealedRow{
			id: f.ID, context: variable.context(),
			open: func() ([]byte, error) {
				value, err := r.keyring.OpenVariable(ctx, r.queries, variable, f.ValueSealed)

				return []byte(value), err
			},
			write: func(resealed []byte) (int64, error) {
				return r.queries.ResealVariable(ctx, database.ResealVariableParams{ID: f.ID, Sealed: f.ValueSealed, Resealed: resealed, Version: r.version})
			},
		})
	}

	return rows, err
}

func (r resealer) environments(ctx context.Context, after uuid.UUID) ([]sealedRow, error) {
	found, err := r.queries.ListEnvironmentsToReseal(ctx, after, r.keyset.PrimaryPrefix(), resealBatch)
	rows := make([]sealedRow, 0, len(found))

	for _, f := range found {
		snapshot := Snapshot{OrganisationID: f.OrganisationID, ProjectID: f.ProjectID, DeploymentID: f.ID}
		rows = append(rows, sealedRow{
			id: f.ID, context: snapshot.context(),
			open: func() ([]byte, error) {
				return r.keyring.openSnapshot(ctx, r.queries, snapshot, f.EnvironmentSealed)
			},
			write: func(resealed []byte) (int64, error) {
				return r.queries.ResealEnvironment(ctx, database.ResealEnvironmentParams{ID: f.ID, Sealed: f.EnvironmentSealed, Resealed: resealed, Version: r.version})
			},
		})
	}

	return rows, err
}

func (r resealer) secrets(ctx context.Context, after uuid.UUID) ([]sealedRow, error) {
	found, err := r.queries.ListSecretsToReseal(ctx, after, r.keyset.PrimaryPrefix(), resealBatch)
	rows := make([]sealedRow, 0, len(found))

	for _, f := range found {
		about := Secret{Kind: f.Kind, OrganisationID: lo.FromPtr(f.OrganisationID), SubjectID: f.SubjectID}
		rows = append(rows, sealedRow{
			id: f.ID, context: about.context(),
			open: func() ([]byte, error) { return r.keyring.openSecret(ctx, r.queries, about, f.ValueSealed) },
			write: func(resealed []byte) (int64, error) {
				return r.queries.ResealSecret(ctx, database.ResealSecretParams{ID: f.ID, Sealed: f.ValueSealed, Resealed: resealed, Version: r.version})
			},
		})
	}

	return rows, err
}
