package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/id"
)

// logsKept is how long the platform keeps lines: deployments before that have none.
const logsKept = week

// earlier is a deployment of before the demo began.
type earlier struct {
	ago             time.Duration
	message, author string
	// state is retired where it is empty.
	state string
	// problem is why it failed.
	problem string
}

// history are the deployments of a project before those that really ran, the oldest first.
func history() map[string][]earlier {
	return map[string][]earlier{
		shop: {
			{ago: 29 * day, message: "Open the shop", author: ada},
			{ago: 27*day + 3*time.Hour, message: "Sell gift cards", author: grace},
			{ago: 24*day + time.Hour, message: "Search by colour and size", author: grace},
			{ago: 23*day + 5*time.Hour, message: "Update to Node 24", author: ada, state: "failed", problem: "The build failed: npm ended with exit code 1."},
			{ago: 23*day + 4*time.Hour, message: "Update to Node 24, and its lockfile", author: ada},
			{ago: 19 * day, message: "Let customers pay by invoice", author: alan},
			{ago: 16*day + 2*time.Hour, message: "Load pictures when they are seen", author: grace},
			{ago: 13*day + 6*time.Hour, message: "Round prices as the law wants it", author: alan},
			{ago: 9*day + 2*time.Hour, message: "Move payments to the new provider", author: alan},
			{ago: 9 * day, message: "Try payments once more before they fail", author: ada},
			{ago: 6*day + 7*time.Hour, message: "Mail the receipt at once", author: grace, state: "superseded"},
			{ago: 6*day + 7*time.Hour - time.Minute, message: "Mail the receipt from the right address", author: grace},
			{ago: 3*day + 2*time.Hour, message: "Count what is in the basket", author: ada},
			{ago: 2*day + time.Hour, message: "Try a darker header", author: grace, state: "cancelled"},
		},
		backend: {
			{ago: 28 * day, message: "Begin with version 1", author: ada},
			{ago: 21 * day, message: "Page through all lists", author: alan},
			{ago: 12 * day, message: "Version 3: amounts as integers", author: ada},
			{ago: 8 * day, message: "Answer 429 with the time to wait", author: alan},
		},
		guide:    {{ago: 26 * day, message: "Describe how to sign in", author: grace}, {ago: 15 * day, message: "Show examples in Python", author: grace}},
		invoices: {{ago: 25 * day, message: "Begin with invoices", author: alan}, {ago: 17 * day, message: "Remind after two weeks", author: alan}},
		reports:  {{ago: 22 * day, message: "Sum up the week", author: alan}},
	}
}

// writeHistory writes deployments of before the demo began. Each is a copy of its project's first one, at another time.
func (p *past) writeHistory(ctx context.Context) error {
	for name, all := range history() {
		var (
			first uuid.UUID
			began time.Time
		)

		row := p.db.QueryRow(ctx, "SELECT id, created_at FROM deployments WHERE project_id = $1 ORDER BY id LIMIT 1", p.projects[name].ID)
		if err := row.Scan(&first, &began); err != nil {
			return fmt.Errorf("find the first deployment of %s: %w", name, err)
		}

		for _, e := range all {
			created, sum := p.now.Add(-e.ago), sha256.Sum256([]byte(name+e.message))
			arguments := lo.Assign(aged(began.Sub(created)), pgx.NamedArgs{
				"id": id.Of(created), "first": first, "state": e.state, "message": e.message,
				"author": fullName(e.author) + " <" + e.author + "@example.com>", "problem": e.problem, "commit": hex.EncodeToString(sum[:20]),
			})

			if e.state == "" {
				arguments["state"] = "retired"
			}

			if err := p.exec(ctx, copying(arguments, e.ago < logsKept)...); err != nil {
				return err
			}
		}
	}

	return nil
}

// copying are the statements that copy a deployment, with its build log where that is still kept.
func copying(arguments pgx.NamedArgs, withLog bool) []statement {
	const (
		deployment = `INSERT INTO deployments (id, project_id, environment_id, state, step, trigger, branch, commit_sha, commit_message, commit_author,
				source_digest, build_plan, image_digest, image_id, environment_sealed, error_code, error_message, route_version,
				created_at, started_at, ended_at, retired_at)
			SELECT @id, project_id, environment_id, @state::text, CASE @state::text WHEN 'retired' THEN step ELSE 'build' END, 'push', branch,
				@commit, @message, @author, source_digest, build_plan, image_digest, CASE @state::text WHEN 'retired' THEN image_id END, environment_sealed,
				CASE @state::text WHEN 'failed' THEN 'invalid' END, nullif(@problem::text, ''), CASE @state::text WHEN 'retired' THEN 1 END,
				created_at - @age::interval, started_at - @age::interval, ended_at - @age::interval,
				CASE @state::text WHEN 'retired' THEN ended_at - @age::interval + interval '1 day' END
			FROM deployments WHERE id = @first`
		steps = `INSERT INTO deployment_steps (id, deployment_id, step, attempt, state, worker, started_at, ended_at)
			SELECT gen_random_uuid(), @id, step, attempt, CASE WHEN step = 'build' AND @state::text IN ('failed', 'cancelled') THEN @state::text
				WHEN step = 'build' AND @state::text = 'superseded' THEN 'cancelled' ELSE state END, worker, started_at - @age::interval, ended_at - @age::interval
			FROM deployment_steps WHERE deployment_id = @first AND (@state::text = 'retired' OR step IN ('clone', 'detect', 'build'))`
		groups = `INSERT INTO build_log_groups (deployment_id, number, attempt_id, name, state, error, started_at, ended_at)
			SELECT @id, number, attempt_id, name, state, error, started_at - @age::interval, ended_at - @age::interval
			FROM build_log_groups WHERE deployment_id = @first`
		lines = `INSERT INTO build_logs (deployment_id, step, stream, line, logged_at, group_number)
			SELECT @id, step, stream, line, logged_at - @age::interval, group_number FROM build_logs WHERE deployment_id = @first ORDER BY id`
		runs = `INSERT INTO build_log_runs (deployment_id, first_line, last_line, group_number)
			SELECT @id, first_line, last_line, group_number FROM build_log_runs WHERE deployment_id = @first ON CONFLICT DO NOTHING`
	)

	statements := []statement{{deployment, arguments}, {steps, arguments}}
	if withLog {
		statements = append(statements, statement{groups, arguments}, statement{lines, arguments}, statement{runs, arguments})
	}

	return statements
}
