package workflows

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// lookAgain is how often something is looked at while no notification comes.
const lookAgain = time.Second

// waitingSentence makes the timeline's sentence from an error's: from one that says that the registry does not answer, one
// that says that the step waits because of it.
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

// waiting tells the user what the running attempt waits for. Failing to tell does not stop the attempt.
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

// until calls done at once, at every notification of the channel that carries the key, and every second, until it
// returns true or an error, or ctx ends, or the worker stops (errInterrupted). It holds no connection in between.
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
