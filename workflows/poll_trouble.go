package workflows

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// tellAfter is how long what passes by itself is not told to projects.
	tellAfter = 2 * time.Minute
	// afterNoTime is how long it waits where GitHub has not said how long its limit lasts.
	afterNoTime = time.Minute
	// lastingEvery is how often it is tried again what somebody has to change.
	lastingEvery = 2 * time.Minute
	// afterLimit is how much later than GitHub has allowed it is asked again, at most.
	afterLimit = 3 * time.Second
)

// fail tells the projects of an installation why it could not be looked at, and returns after how long that is tried again.
func (p *installationPoll) fail(ctx context.Context, err error) (next time.Duration, _ error) {
	said, isSaid := errors.AsType[*problem.Error](err)
	if !isSaid {
		return idleIntervals * p.worker.config.PollInterval, err // Ours, which is logged.
	}

	sentence := storable(said.Message)
	next, lasts := retry(err, p.now, idleIntervals*p.worker.config.PollInterval)

	// Of a short pause nobody notices anything.
	isNew := lo.FromPtr(p.row.PollError) != sentence
	p.after.PollError = p.row.PollError

	if !lasts && (p.now.Sub(lo.FromPtrOr(p.row.PolledAt, p.row.CreatedAt)) < tellAfter && next < tellAfter) || !isNew {
		return next, nil
	}

	p.after.PollError = &sentence

	if err := p.queries.RecordInstallationTrouble(ctx, sentence, &p.row.ID, true); err != nil {
		return next, fmt.Errorf("write why an installation cannot be looked at: %w", err)
	}

	return next, nil
}

// cutOff is told to projects whose repositories are reached by an installation that belongs to another organisation, or to none.
const cutOff = "The installation of the GitHub App that has this repository is not connected to this organisation any more. Connect it again, " +
	"or choose another repository. What is live stays."

// retry returns after how long it is worth trying again, and whether the trouble lasts until somebody does something.
func retry(err error, now time.Time, usual time.Duration) (after time.Duration, lasts bool) {
	switch {
	case isLasting(err):
		return jittered(lastingEvery), true
	case github.ReasonOf(err) == github.Limited:
		if at := github.RetryAt(err); at.After(now) {
			return at.Sub(now) + jittered(afterLimit), false
		}

		return afterNoTime, false
	default:
		return jittered(usual), false
	}
}

// isLasting tells whether an error of GitHub's does not pass by itself.
func isLasting(err error) bool {
	reason := github.ReasonOf(err)

	return reason != "" && reason != github.Limited && reason != github.Unavailable
}
