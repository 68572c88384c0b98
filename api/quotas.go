package api

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database/quota"
)

// getOrganisationQuotas shows what the organisation may use and uses.
func (s *service) getOrganisationQuotas(ctx context.Context, _ *OrganisationPath) (*OrganisationQuotasOutput, error) {
	organisation := organisationOf(ctx)

	limits, err := s.queries.GetLimits(ctx, organisation)
	if err != nil {
		return nil, err
	}

	projects, err := s.queries.CountProjects(ctx, organisation)
	if err != nil {
		return nil, err
	}

	domains, err := s.queries.CountDomains(ctx, organisation)
	if err != nil {
		return nil, err
	}

	builds, err := s.queries.CountBuilds(ctx, organisation)
	if err != nil {
		return nil, err
	}

	logged, err := s.queries.CountLogBytes(ctx, organisation)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, err
	}

	room, err := quota.Look(ctx, s.queries, organisation, organisation)
	if err != nil {
		return nil, err
	}

	held := room.Held()

	return &OrganisationQuotasOutput{Body: OrganisationQuotas{
		Projects: Quota{int64(limits.Projects), projects}, Domains: Quota{int64(limits.Domains), domains}, Builds: Quota{int64(limits.Builds), builds},
		Instances: Quota{int64(limits.Instances), held.Instances}, CPUMillis: Quota{limits.CPUMillis, held.CPUMillis},
		MemoryBytes:       Quota{limits.MemoryBytes, held.MemoryBytes},
		LogBytesPerMinute: Quota{limits.LogBytesPerMinute, min(logged, limits.LogBytesPerMinute)},
		RequestsPerMinute: Quota{int64(limits.RequestsPerMinute), s.organisations.inThisMinute(organisation)},
	}}, nil
}
