package workflows

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
)

// collectClaims removes the claims of hostnames that were not proven in their time, and gives back hostnames that were given up long ago. Nothing
// answers on either.
func (w *Worker) collectClaims(ctx context.Context, removed *collected) error {
	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		stale, err := queries.DeleteStaleClaims(ctx, ClaimLasts)
		if err != nil {
			return fmt.Errorf("delete claims that were not proven: %w", err)
		}

		for _, claim := range stale {
			if err := auditDomain(ctx, queries, "domain.delete", claim.OrganisationID, claim.ID, claim.Hostname); err != nil {
				return err
			}
		}

		hostnames, err := queries.DeleteReleasedHostnames(ctx)
		if err != nil {
			return fmt.Errorf("delete hostnames that were given up: %w", err)
		}

		removed.claims.Add(int64(len(stale)))
		removed.hostnames.Add(hostnames)

		return nil
	})
}
