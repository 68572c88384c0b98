package quota

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Project returns a conflict where an organisation has as many projects as it may have.
func Project(ctx context.Context, queries *database.Queries, organisation uuid.UUID) error {
	limits, err := lock(ctx, queries, organisation)
	if err != nil {
		return err
	}

	count, err := queries.CountProjects(ctx, organisation)
	if err != nil {
		return fmt.Errorf("count the projects: %w", err)
	}

	if count < int64(limits.Projects) {
		return nil
	}

	return problem.New(problem.Conflict,
		"Your organisation has %d projects and may have %d. Delete one, or ask an operator of the platform for more.", count, limits.Projects)
}

// Restored returns a conflict where an organisation has no room for a deleted project that is to come back with its custom domains.
func Restored(ctx context.Context, queries *database.Queries, organisation, project uuid.UUID) error {
	if err := Project(ctx, queries, organisation); err != nil {
		return err
	}

	more, err := queries.CountDomainsOf(ctx, project, organisation)
	if err != nil || more == 0 {
		return err
	}

	limits, err := limitsOf(ctx, queries, organisation)
	if err != nil {
		return err
	}

	count, err := queries.CountDomains(ctx, organisation)
	if err != nil {
		return fmt.Errorf("count the domains: %w", err)
	}

	if count+more <= int64(limits.Domains) {
		return nil
	}

	return problem.New(problem.Conflict, "Your organisation has %d custom domains and may have %d, and %d more would come back with the project. "+
		"Take some away, or ask an operator of the platform for more.", count, limits.Domains, more)
}

// Domain returns a conflict where an organisation has as many custom domains as it may have.
func Domain(ctx context.Context, queries *database.Queries, organisation uuid.UUID) error {
	limits, err := lock(ctx, queries, organisation)
	if err != nil {
		return err
	}

	count, err := queries.CountDomains(ctx, organisation)
	if err != nil {
		return fmt.Errorf("count the domains: %w", err)
	}

	if count < int64(limits.Domains) {
		return nil
	}

	return problem.New(problem.Conflict,
		"Your organisation has %d custom domains and may have %d. Take one away, or ask an operator of the platform for more.", count, limits.Domains)
}

// lock keeps others from using more of what the organisation may use, and returns its limits.
func lock(ctx context.Context, queries *database.Queries, organisation uuid.UUID) (database.GetLimitsRow, error) {
	if err := queries.LockQuotas(ctx, organisation); err != nil {
		return database.GetLimitsRow{}, fmt.Errorf("lock the quotas: %w", err)
	}

	return limitsOf(ctx, queries, organisation)
}

func limitsOf(ctx context.Context, queries *database.Queries, organisation uuid.UUID) (database.GetLimitsRow, error) {
	limits, err := queries.GetLimits(ctx, organisation)
	if err != nil {
		return limits, fmt.Errorf("read the limits of the organisation: %w", err)
	}

	return limits, nil
}
