package api

import (
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"riverqueue.com/riverui"
)

const (
	// riverPath serves the pages of the job queue.
	riverPath = "/river"
	// riverSchema is the Postgres schema of River's tables.
	riverSchema = "river"
)

// newRiverUI returns the pages of the job queue. They can cancel and delete jobs: only operators may reach them.
func newRiverUI(pool *pgxpool.Pool, logger *slog.Logger) (*riverui.Handler, error) {
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Schema: riverSchema, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("make the River client: %w", err)
	}

	handler, err := riverui.NewHandler(&riverui.HandlerOpts{
		Endpoints: riverui.NewEndpoints(client, nil), Logger: logger, Prefix: riverPath,
	})
	if err != nil {
		return nil, fmt.Errorf("make the River UI: %w", err)
	}

	return handler, nil
}
