package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/notify"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// watchPlatformEvery is how often the whole platform is looked at.
	watchPlatformEvery = time.Minute
	// alertSettled is how long something is wrong, or well again, before operators are told: two looks find the same.
	alertSettled = watchPlatformEvery * 3 / 4
	// mostAbout is how many characters of what an alert is about are kept. Its index has room for some 2,700 bytes of it.
	mostAbout = 300
	// betweenAlerts is the least time between two messages about the same: what comes and goes all the time is told four times an hour.
	betweenAlerts = 15 * time.Minute
)

// PlatformProblem is something that is wrong with the platform. Part and About name it, and stay the same while it lasts.
type PlatformProblem struct {
	Part, About string
	// Detail and Advice are what was found, and what to do.
	Detail, Advice string
	// LeftOut is true of the one that stands for others of its part: what was found before may be among them.
	LeftOut bool
}

// Health looks at the whole platform for the worker with a name, and returns what is wrong with it.
type Health func(ctx context.Context, worker string) ([]PlatformProblem, error)

// watchPlatform looks at the whole platform, and has operators told of what came to be wrong and of what is well again. What is known to be wrong, that
// operators are told, and the jobs that tell them are written by one transaction.
func (w *Worker) watchPlatform(ctx context.Context, job *river.Job[arguments]) error {
	if w.health == nil {
		return nil
	}

	problems, err := w.health(ctx, w.name)
	if err != nil {
		return fmt.Errorf("look at the platform: %w", err)
	}

	err = database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		if err := w.ownsJob(ctx, queries, job); err != nil {
			return err
		}

		if err := recordProblems(ctx, queries, problems); err != nil {
			return err
		}

		fired, err := queries.FirePlatformAlerts(ctx, alertSettled, betweenAlerts)
		if err != nil {
			return fmt.Errorf("note what operators are told of: %w", err)
		}

		ended, err := queries.EndPlatformAlerts(ctx, betweenAlerts, alertSettled)
		if err != nil {
			return fmt.Errorf("note what is well again: %w", err)
		}

		if fired > 0 || len(ended) > 0 {
			w.logger.InfoContext(ctx, "operators are told how the platform is", slog.Int64("wrong", fired), slog.Int("well_again", len(ended)))
		}

		untold, err := queries.ListPlatformAlertsToTell(ctx)
		if err != nil {
			return fmt.Errorf("list what a channel was not told of: %w", err)
		}

		if err := w.tellOperators(ctx, tx, notify.EventFiring, untold); err != nil {
			return err
		}

		return w.tellOperators(ctx, tx, notify.EventResolved, ended)
	})

	return unlessFenced(err, "have operators told how the platform is")
}

// recordProblems writes what a look has found, and what it has not found any more.
func recordProblems(ctx context.Context, queries *database.Queries, problems []PlatformProblem) error {
	if err := queries.LockPlatformAlerts(ctx); err != nil {
		return fmt.Errorf("lock what is known to be wrong: %w", err)
	}

	alerts, unsure := []uuid.UUID{}, []string{}

	for _, found := range problems {
		alert, err := queries.BeginPlatformAlert(ctx, database.BeginPlatformAlertParams{
			ID: id.New(), Part: found.Part, About: lo.Substring(storable(found.About), 0, mostAbout),
			Detail: storable(found.Detail), Advice: storable(found.Advice),
		})
		if err != nil {
			return fmt.Errorf("write what is wrong with %s %s: %w", found.Part, found.About, err)
		}

		alerts = append(alerts, alert)

		if found.LeftOut {
			unsure = append(unsure, found.Part)
		}
	}

	if err := queries.SettlePlatformAlerts(ctx, alerts, unsure); err != nil {
		return fmt.Errorf("write what is not wrong any more: %w", err)
	}

	return nil
}

// tellOperators has the operators' channels told of alerts, each once.
func (w *Worker) tellOperators(ctx context.Context, tx pgx.Tx, event notify.Event, alerts []uuid.UUID) error {
	for _, alert := range alerts {
		channels, err := database.New(tx).ListPlatformChannelsToTell(ctx, string(event), alert)
		if err != nil {
			return fmt.Errorf("list the channels that are told of alert %s: %w", alert, err)
		}

		for _, channel := range channels {
			_, err := insertDelivery(ctx, w.inserter, tx, database.CreateNotificationDeliveryParams{
				ID: id.New(), ChannelID: channel, Event: string(event), AlertID: &alert,
			})
			if err != nil {
				return err
			}
		}
	}

	return nil
}

// withAlert adds what a message tells operators of the platform. That something is wrong is not said any more once it was said to be over.
func (w *Worker) withAlert(ctx context.Context, queries *database.Queries, message notify.Message, alert uuid.UUID) (notify.Message, error) {
	row, err := queries.GetPlatformAlert(ctx, alert)
	if err != nil {
		return message, fmt.Errorf("read the alert: %w", err)
	}

	if message.Event == notify.EventFiring && row.EndedAt != nil {
		return message, errIsOver
	}

	message.Alert = &notify.Alert{ID: row.ID, Part: row.Part, About: row.About, Detail: row.Detail, Advice: row.Advice, Since: row.BeganAt}

	if w.config.DashboardURL.Host != "" {
		message.Alert.URL = w.config.DashboardURL.JoinPath("platform").String()

		page := w.config.DashboardURL.JoinPath("docs", "operations")
		page.Fragment = "the-whole-platform-at-a-glance"
		message.Alert.Docs = page.String()
	}

	return message, nil
}

// AlsoOfChannel runs at the end of the transaction that has a message sent to a channel.
type AlsoOfChannel func(ctx context.Context, queries *database.Queries, channel database.NotificationChannel) error

// TestPlatformChannel has a test message sent to a channel of the platform's operators, once. Also runs in the transaction that has it sent.
func (d *Deployments) TestPlatformChannel(ctx context.Context, channel uuid.UUID, also AlsoOfChannel) (delivery database.NotificationDelivery, err error) {
	err = database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		// A channel that is locked is not deleted meanwhile.
		locked, err := queries.LockPlatformChannel(ctx, channel)
		if errors.Is(err, pgx.ErrNoRows) {
			return problem.New(problem.NotFound, "There is no such notification channel.")
		}

		if err != nil {
			return fmt.Errorf("lock channel %s: %w", channel, err)
		}

		delivery, err = insertDelivery(ctx, d.inserter, tx, database.CreateNotificationDeliveryParams{
			ID: id.New(), ChannelID: channel, Event: string(notify.EventTest),
		})
		if err != nil {
			return err
		}

		return also(ctx, queries, locked)
	})

	return delivery, err
}
