package workflows

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// lookAgain is how often a waiting step looks at the database by itself, should a notification be lost.
const lookAgain = time.Second

// waitingSentence turns the sentence of an error into what the timeline says of a step that is tried again. It makes "Waiting because the
// registry does not answer; next try in 4 s." of "The registry does not answer.".
func waitingSentence(message string, next time.Duration) string {
	reason := strings.TrimSuffix(strings.TrimSpace(message), ".")

	// Only words that are not names lose their capital.
	first, _, _ := strings.Cut(reason, " ")
	switch first {
	case "The", "No", "A", "An", "This", "Something", "It", "There":
		reason = strings.ToLower(reason[:1]) + reason[1:]
	}

	return fmt.Sprintf("Waiting because %s; next try in %.0f s.", reason, next.Seconds())
}

// waiting writes into the timeline what the running attempt waits for. The attempt goes on if that fails.
func (a *attempt) waiting(ctx context.Context, sentence string) {
	queries := database.New(a.pool)
	sentence = a.secrets.redact(storable(sentence))

	changed, err := queries.SetStepWaiting(ctx, &sentence, a.row)
	if err == nil && changed > 0 {
		err = queries.Notify(ctx, database.ChannelDeployments, a.deployment.ID.String())
	}

	if err != nil {
		a.logger.WarnContext(ctx, "could not write what the step waits for", logging.Error(err))
	}
}

// until calls done at once, at every notification of the channel that carries the key, and every second. It returns when done returns true or
// an error, when ctx ends, or, with errInterrupted, when the worker stops. It holds no connection between two calls.
func (w *Worker) until(ctx context.Context, channel, key string, done func() (bool, error)) error {
	wake, cancel := w.listener.Subscribe(channel, key)
	defer cancel()

	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()

	for {
		if finished, err := done(); finished || err != nil {
			return err
		}

		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.stopping:
			return errInterrupted
		case <-wake:
		case <-ticker.C:
		}
	}
}

// sleep waits that long, or until ctx ends or the worker stops (errInterrupted).
func (w *Worker) sleep(ctx context.Context, duration time.Duration) error {
	timer := time.NewTimer(duration)
	defer timer.Stop()

	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stopping:
		return errInterrupted
	case <-timer.C:
		return nil
	}
}
