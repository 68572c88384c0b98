package keyring

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// Secret names a value of the secrets table.
type Secret struct {
	// Kind is what the value is; of a subject there is one of each kind.
	Kind string
	// OrganisationID is uuid.Nil for the platform's own.
	OrganisationID uuid.UUID
	// SubjectID is the row that the value belongs to.
	SubjectID uuid.UUID
}

func (s Secret) context() secret.Context {
	return secret.ValueContext(s.Kind, s.OrganisationID, s.SubjectID)
}

// PutSecret seals a value and stores it in the place of the one that there was. The queries are those of a transaction.
func (k *Keyring) PutSecret(ctx context.Context, queries *database.Queries, about Secret, value string) error {
	sealed, err := k.seal(ctx, queries, []byte(value), about.context())
	if err != nil {
		return err
	}

	err = queries.PutSecret(ctx, database.PutSecretParams{
		ID: id.New(), Kind: about.Kind, SubjectID: about.SubjectID, ValueSealed: sealed,
		OrganisationID: lo.Ternary(about.OrganisationID == uuid.Nil, nil, &about.OrganisationID),
	})
	if err != nil {
		return fmt.Errorf("store the %s of %s: %w", about.Kind, about.SubjectID, err)
	}

	return nil
}

// Secret returns a value that PutSecret has stored. The error is pgx.ErrNoRows where there is none.
func (k *Keyring) Secret(ctx context.Context, queries *database.Queries, about Secret) (string, error) {
	row, err := queries.GetSecret(ctx, about.SubjectID, about.Kind)
	if err != nil {
		return "", fmt.Errorf("read the %s of %s: %w", about.Kind, about.SubjectID, err)
	}

	value, err := k.openSecret(ctx, queries, about, row.ValueSealed)

	return string(value), err
}

func (k *Keyring) openSecret(ctx context.Context, queries *database.Queries, about Secret, sealed []byte) ([]byte, error) {
	// Before there were keysets there were no secrets of this kind.
	return k.open(ctx, queries, sealed, about.context(), func() ([]byte, error) { return nil, secret.ErrNotFormer })
}
