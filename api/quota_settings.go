package api

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (s *service) getPlatformQuotas(ctx context.Context, _ *struct{}) (*QuotaSettingsOutput, error) {
	return s.quotaSettings(ctx, nil)
}

func (s *service) setPlatformQuotas(ctx context.Context, input *SetPlatformQuotasInput) (*QuotaSettingsOutput, error) {
	err := s.inTx(ctx, func(queries *database.Queries) error {
		subject, err := setQuotas(ctx, queries, nil, input.Body)
		if err != nil {
			return err
		}

		return audit(ctx, queries, quotaEvent(subject, input.Body.details("")))
	})
	if err != nil {
		return nil, err
	}

	return s.quotaSettings(ctx, nil)
}

func (s *service) getQuotas(ctx context.Context, input *QuotaPath) (*QuotaSettingsOutput, error) {
	organisation, err := organisationNamed(ctx, s.queries, input.Slug)
	if err != nil {
		return nil, err
	}

	return s.quotaSettings(ctx, &organisation.ID)
}

func (s *service) setOrganisationQuotas(ctx context.Context, input *SetQuotasInput) (*QuotaSettingsOutput, error) {
	organisation, err := organisationNamed(ctx, s.queries, input.Slug)
	if err != nil {
		return nil, err
	}

	err = s.inTx(ctx, func(queries *database.Queries) error {
		subject, err := setQuotas(ctx, queries, &organisation.ID, input.Body)
		if err != nil {
			return err
		}

		return auditAs(ctx, queries, callerOf(ctx), &organisation.ID, quotaEvent(subject, input.Body.details(organisation.Slug)))
	})
	if err != nil {
		return nil, err
	}

	return s.quotaSettings(ctx, &organisation.ID)
}

// ChangeQuotas changes the numbers of the organisation with that slug, or of the platform where it is empty. It asks nobody for permission: whoever
// calls it holds the database.
func ChangeQuotas(ctx context.Context, pool *pgxpool.Pool, slug string, change func(*QuotaNumbers) error) error {
	return database.InTx(ctx, pool, func(_ pgx.Tx, queries *database.Queries) error {
		var organisation *uuid.UUID

		if slug != "" {
			found, err := organisationNamed(ctx, queries, slug)
			if err != nil {
				return err
			}

			organisation = &found.ID
		}

		if err := queries.LockPlatformQuotas(ctx); err != nil {
			return err
		}

		row, err := quotasOf(ctx, queries, organisation)
		if err != nil {
			return err
		}

		numbers := newQuotaNumbers(row)
		if err := change(&numbers); err != nil {
			return err
		}

		subject, err := setQuotas(ctx, queries, organisation, numbers)
		if err != nil {
			return err
		}

		return auditPlatform(ctx, queries, organisation, quotaEvent(subject, numbers.details(slug)))
	})
}

// organisationNamed returns the organisation with a slug that was not deleted.
func organisationNamed(ctx context.Context, queries *database.Queries, slug string) (database.Organisation, error) {
	organisation, err := queries.OrganisationBySlug(ctx, slug)
	if err == nil && organisation.DeletedAt != nil {
		err = pgx.ErrNoRows
	}

	return found(organisation, err, "organisation")
}

// setQuotas sets all numbers of an organisation, or those of the platform without one. It returns the subject for the audit log: the organisation,
// or the row.
func setQuotas(ctx context.Context, queries *database.Queries, organisation *uuid.UUID, numbers QuotaNumbers) (subject uuid.UUID, err error) {
	if err := queries.LockPlatformQuotas(ctx); err != nil {
		return uuid.Nil, err
	}

	if organisation != nil {
		return *organisation, queries.SetQuotas(ctx, database.SetQuotasParams{
			ID: id.New(), OrganisationID: *organisation, Builds: narrow(numbers.Builds), Projects: narrow(numbers.Projects), Domains: narrow(numbers.Domains),
			Instances: narrow(numbers.Instances), CPUMillis: numbers.CPUMillis, MemoryBytes: numbers.MemoryBytes,
			LogBytesPerMinute: numbers.LogBytesPerMinute, RequestsPerMinute: narrow(numbers.RequestsPerMinute),
		})
	}

	return queries.SetPlatformQuotas(ctx, database.SetPlatformQuotasParams{
		ID: id.New(), Builds: narrow(numbers.Builds), Projects: narrow(numbers.Projects), Domains: narrow(numbers.Domains),
		Instances: narrow(numbers.Instances), CPUMillis: numbers.CPUMillis, MemoryBytes: numbers.MemoryBytes,
		LogBytesPerMinute: numbers.LogBytesPerMinute, RequestsPerMinute: narrow(numbers.RequestsPerMinute),
	})
}

// quotasOf returns the numbers that were set for an organisation, or for the platform without one; none where nobody has set any.
func quotasOf(ctx context.Context, queries *database.Queries, organisation *uuid.UUID) (row database.Quota, err error) {
	if organisation == nil {
		row, err = queries.GetPlatformQuotas(ctx)
	} else {
		row, err = queries.GetQuotas(ctx, organisation)
	}

	if errors.Is(err, pgx.ErrNoRows) {
		return database.Quota{}, nil
	}

	return row, err
}

func (s *service) quotaSettings(ctx context.Context, organisation *uuid.UUID) (*QuotaSettingsOutput, error) {
	row, err := quotasOf(ctx, s.queries, organisation)
	if err != nil {
		return nil, err
	}

	var limits database.GetLimitsRow

	if organisation == nil {
		var platform database.GetPlatformLimitsRow
		platform, err = s.queries.GetPlatformLimits(ctx)
		limits = database.GetLimitsRow(platform)
	} else {
		limits, err = s.queries.GetLimits(ctx, *organisation)
	}

	if err != nil {
		return nil, err
	}

	return &QuotaSettingsOutput{Body: QuotaSettings{Set: newQuotaNumbers(row), Limits: newQuotaNumbers(database.Quota{
		Builds: &limits.Builds, Projects: &limits.Projects, Domains: &limits.Domains, Instances: &limits.Instances, CPUMillis: &limits.CPUMillis,
		MemoryBytes: &limits.MemoryBytes, LogBytesPerMinute: &limits.LogBytesPerMinute, RequestsPerMinute: &limits.RequestsPerMinute,
	})}}, nil
}

func newQuotaNumbers(row database.Quota) QuotaNumbers {
	return QuotaNumbers{
		Projects: widen(row.Projects), Domains: widen(row.Domains), Builds: widen(row.Builds), Instances: widen(row.Instances), CPUMillis: row.CPUMillis,
		MemoryBytes: row.MemoryBytes, LogBytesPerMinute: row.LogBytesPerMinute, RequestsPerMinute: widen(row.RequestsPerMinute),
	}
}

// details are the numbers for the audit log.
func (n QuotaNumbers) details(slug string) map[string]any {
	details := map[string]any{}
	if slug != "" {
		details[detailSlug] = slug
	}

	numbers := map[string]*int64{
		"cpu_millis": n.CPUMillis, "memory_bytes": n.MemoryBytes, "log_bytes_per_minute": n.LogBytesPerMinute,
	}

	for name, number := range map[string]*int{
		"projects": n.Projects, "domains": n.Domains, "builds": n.Builds, "instances": n.Instances, "requests_per_minute": n.RequestsPerMinute,
	} {
		if number != nil {
			numbers[name] = new(int64(*number))
		}
	}

	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		if number := numbers[name]; number != nil {
			details[name] = *number
		}
	}

	return details
}
