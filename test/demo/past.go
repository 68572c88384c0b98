package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/test/trial"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
	// fortnight is since when most of the settings are as they are.
	fortnight = 2 * week
	// age is since when the demo pretends to be there: measures of hours are kept for a month.
	age = 30 * day
)

// past writes what takes time to come about.
type past struct {
	*world

	db  *pgxpool.Pool
	now time.Time
}

// writePast writes what has been into the database of a platform that was filled a moment ago.
func writePast(ctx context.Context, w *world) error {
	db, err := database.Open(ctx, database.Config{URL: w.platform.DatabaseURL(), MaxConns: 1})
	if err != nil {
		return err
	}
	defer db.Close()

	p := &past{world: w, db: db, now: time.Now()}

	for _, part := range []struct {
		name string
		do   func(ctx context.Context) error
	}{
		{"when deployments were", p.ageDeployments},
		{"deployments before them", p.writeHistory},
		{"people, domains and tokens", p.ageOrganisation},
		{"measures", p.writeMeasures},
		{"requests and lines", p.writeRequests},
	} {
		trial.Say("demo", part.name)

		if err := part.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}

	return nil
}

// statement is one with its arguments, by their names.
type statement struct {
	sql       string
	arguments pgx.NamedArgs
}

// aged are the arguments of a statement that puts something back by that long.
func aged(by time.Duration) pgx.NamedArgs { return pgx.NamedArgs{"age": by} }

// exec executes statements in one transaction.
func (p *past) exec(ctx context.Context, statements ...statement) error {
	return pgx.BeginFunc(ctx, p.db, func(tx pgx.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s.sql, s.arguments); err != nil {
				return fmt.Errorf("%w: %s", err, s.sql)
			}
		}

		return nil
	})
}

// ageOrganisation writes since when people, projects, domains and tokens are there, what they are called, and how the audit log came about.
func (p *past) ageOrganisation(ctx context.Context) error {
	statements := []statement{
		{"UPDATE organisations SET created_at = created_at - @age::interval", aged(age)},
		{"UPDATE nodes SET created_at = created_at - @age::interval", aged(age)},
		{"UPDATE edges SET created_at = created_at - @age::interval", aged(age)},
		{"UPDATE github_installations SET tied_at = tied_at - @age::interval, created_at = created_at - @age::interval", aged(age - day)},
		{"UPDATE invitations SET created_at = created_at - @age::interval, expires_at = expires_at - @age::interval", aged(2 * day)},
		{"UPDATE projects SET created_at = created_at - @age::interval", aged(age - day)},
		{"UPDATE organisation_members SET created_at = created_at - @age::interval", aged(age - day)},
		{"UPDATE environment_variables SET created_at = created_at - @age::interval, updated_at = updated_at - @age::interval",
			aged(fortnight)},
		// The tokens of nodes and edges are in use.
		{"UPDATE api_tokens SET created_at = created_at - @age::interval, last_used_at = now() - interval '7 minutes' WHERE kind IN ('user', 'organisation')",
			aged(fortnight)},
		{"UPDATE domains SET created_at = created_at - @age::interval, claimed_at = claimed_at - @age::interval WHERE kind <> 'deployment'",
			aged(3 * day)},
		// Nobody can prove a name below .example, so that the DNS is not to be asked again.
		{`UPDATE domains SET verified_at = now() - @age::interval, checked_at = now() - interval '11 minutes', next_check_at = now() + interval '1 day',
			check_message = NULL, deployment_id = (SELECT id FROM deployments WHERE environment_id = domains.environment_id AND state = 'live')
			WHERE kind = 'custom' AND hostname IN (@name, 'www.' || @name)`, lo.Assign(aged(3*day), pgx.NamedArgs{"name": verifiedDomain})},
		{`UPDATE domains SET checked_at = now() - interval '4 minutes', next_check_at = now() + interval '1 day', check_message = NULL
			WHERE kind = 'custom' AND verified_at IS NULL`, nil},
		// They are there when nothing is deployed any more, so that nothing is sent.
		{`INSERT INTO notification_channels (id, organisation_id, kind, name, address, delivered_at, broken_at, broken_reason, created_at)
			SELECT gen_random_uuid(), organisations.id, told.kind, told.name, told.address, now() - told.delivered, now() - told.broken, told.reason,
				now() - @age::interval
			FROM organisations, (VALUES
				('email', 'Deploys of Acme', 'deploys@acme.example', interval '40 minutes', NULL::interval, NULL),
				('webhook', 'Pager', 'https://pager.acme.example/hooks/zeitwork', interval '2 days', interval '40 minutes',
					'pager.acme.example answers with 410 Gone. Look at what stands at the address, or give the channel another one.')
			) AS told (kind, name, address, delivered, broken, reason)
			WHERE organisations.slug = 'acme'`, aged(fortnight)},
		// What was done in minutes is spread over the time, most of it over the last days.
		{`UPDATE audit_events SET created_at = now() - interval '6 minutes' - @age::interval * power(1 - placed.place, 3) FROM (
				SELECT id, percent_rank() OVER (ORDER BY id) AS place FROM audit_events
			) AS placed WHERE audit_events.id = placed.id`, aged(age)},
	}

	people := lo.Map([]string{ada, grace, alan}, func(login string, _ int) statement {
		return statement{
			"UPDATE users SET name = @name, created_at = created_at - @age::interval WHERE github_login = @login",
			lo.Assign(aged(age), pgx.NamedArgs{"name": fullName(login), "login": login}),
		}
	})

	return p.exec(ctx, slices.Concat(statements, people)...)
}
