package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"
)

// ages say how long ago the deployments of a project were that ran a moment ago, the oldest first. The one that is under way is left as it is.
func ages() map[string][]time.Duration {
	return map[string][]time.Duration{
		shop:     {26 * time.Hour, 5*time.Hour + 10*time.Minute, 3*time.Hour + 12*time.Minute},
		backend:  {2*day + 4*time.Hour},
		guide:    {6 * day},
		invoices: {9*day + time.Hour, 26 * time.Minute},
		reports:  {4 * day},
	}
}

// ageDeployments puts the deployments that ran a moment ago back into the past, with all that they have left.
func (p *past) ageDeployments(ctx context.Context) error {
	for name, all := range ages() {
		rows, err := p.db.Query(ctx, "SELECT id FROM deployments WHERE project_id = $1 ORDER BY id LIMIT $2", p.projects[name].ID, len(all))
		if err != nil {
			return fmt.Errorf("find the deployments of %s: %w", name, err)
		}

		deployments, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return fmt.Errorf("find the deployments of %s: %w", name, err)
		}

		for i, deployment := range deployments {
			if err := p.exec(ctx, aging(deployment, all[i])...); err != nil {
				return err
			}
		}
	}

	return nil
}

// aging are the statements that put a deployment back.
func aging(deployment uuid.UUID, by time.Duration) []statement {
	arguments := lo.Assign(aged(by), pgx.NamedArgs{"deployment": deployment})
	statements := make([]statement, 0, 7)

	for _, sql := range []string{
		`UPDATE deployments SET created_at = created_at - @age::interval, started_at = started_at - @age::interval, ended_at = ended_at - @age::interval,
			retired_at = retired_at - @age::interval, warm_until = warm_until - @age::interval WHERE id = @deployment`,
		"UPDATE deployment_steps SET started_at = started_at - @age::interval, ended_at = ended_at - @age::interval WHERE deployment_id = @deployment",
		"UPDATE build_logs SET logged_at = logged_at - @age::interval WHERE deployment_id = @deployment",
		"UPDATE build_log_groups SET started_at = started_at - @age::interval, ended_at = ended_at - @age::interval WHERE deployment_id = @deployment",
		"UPDATE runtime_logs SET logged_at = logged_at - @age::interval WHERE deployment_id = @deployment",
		`UPDATE vms SET created_at = created_at - @age::interval, started_at = started_at - @age::interval, healthy_at = healthy_at - @age::interval
			WHERE deployment_id = @deployment`,
		`UPDATE environments SET created_at = created_at - @age::interval WHERE kind = 'preview'
			AND id = (SELECT environment_id FROM deployments WHERE id = @deployment)`,
	} {
		statements = append(statements, statement{sql, arguments})
	}

	return statements
}
