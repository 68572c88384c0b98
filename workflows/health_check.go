package workflows

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// lastLines is how much of the app's log goes into the error.
	lastLines = 20
	// lastLineBytes is how much of each.
	lastLineBytes = 500
	// maxStartSeconds is the longest time that a project may give its app to become healthy.
	maxStartSeconds = 1800
	// logGrace is how long to wait for the first line of an app that has failed: it travels apart from the VM's state.
	logGrace = time.Second
)

// healthCheck waits until every instance is healthy. It keeps no connection while it waits. Only the time that nodes have told of counts
// against the app: a node or an api that is away costs it nothing.
func (w *Worker) healthCheck(ctx context.Context, a *attempt) (outcome, error) {
	queries := database.New(w.pool)
	limit := w.startLimit(a.project)

	err := w.until(ctx, database.ChannelDeployments, a.deployment.ID.String(), func() (bool, error) {
		rows, err := queries.ListDeploymentVMs(ctx, seenWithin, a.deployment.ID)
		if err != nil {
			return false, fmt.Errorf("read the VMs: %w", err)
		}

		verdict := judge(rows)

		switch {
		case verdict.healthy:
			return true, nil
		case verdict.failure != "":
			return false, w.unhealthy(ctx, a, verdict.failure)
		case verdict.unhealthyFor > limit:
			return false, w.unhealthy(ctx, a, tooSlow(a.project.Slug, limit, verdict.message))
		case verdict.startingFor > w.config.StartTimeout:
			return false, errors.Join(errPointless, problem.New(problem.Unavailable, "%s",
				strings.TrimSpace(fmt.Sprintf("No node could start the app within %.0f minutes. %s Redeploy to try again.",
					w.config.StartTimeout.Minutes(), verdict.message))))
		}

		a.waiting(ctx, verdict.waitingFor)

		return false, nil
	})
	if err != nil {
		return nil, err
	}

	return nothing, nil
}

// startLimit returns how long an app of the project may take until it is healthy.
func (w *Worker) startLimit(project database.Project) time.Duration {
	if project.StartSeconds == nil {
		return w.config.HealthTimeout
	}

	return time.Duration(*project.StartSeconds) * time.Second
}

// tooSlow says that an app was not healthy in time, what its node says about it, and how it gets more time.
func tooSlow(slug string, limit time.Duration, message string) string {
	seconds := int(limit.Seconds())
	sentence := strings.TrimSpace(fmt.Sprintf("The app did not become healthy within %d seconds. %s", seconds, message))

	if longer := min(2*max(seconds, 1), maxStartSeconds); longer > seconds { //nolint:mnd // Twice as long.
		sentence += fmt.Sprintf(" If it needs longer to start, give it more time: `zeitwork projects set %s --start-seconds %d`.", slug, longer)
	}

	return sentence
}

// unhealthy returns the error that the user sees: the sentence what, and the last lines of the app's log.
func (w *Worker) unhealthy(ctx context.Context, a *attempt, what string) error {
	queries := database.New(w.pool)

	deadline := time.Now().Add(logGrace)

	var lines []string

	err := w.until(ctx, database.ChannelRuntimeLogs, a.deployment.ID.String(), func() (bool, error) {
		var err error
		lines, err = queries.ListLastRuntimeLines(ctx, a.deployment.ID, lastLines)

		return len(lines) > 0 || time.Now().After(deadline), err
	})
	if err != nil {
		return fmt.Errorf("read the app's log: %w", err)
	}

	what = strings.TrimSpace(what)

	if len(lines) == 0 {
		return problem.New(problem.Invalid, "%s It wrote nothing to its log.", what)
	}

	slices.Reverse(lines)

	for i, line := range lines {
		// Cut last, so that no part of a secret is left.
		lines[i] = cutLine(a.secrets.redact(line), lastLineBytes)
	}

	return problem.New(problem.Invalid, "%s Its last lines:\n%s", what, strings.Join(lines, "\n"))
}

// verdict sums up the states of a deployment's VMs.
type verdict struct {
	healthy bool
	// started is true as soon as an app has had the chance to answer.
	started bool
	// startingFor and unhealthyFor are those of the VM that has waited longest.
	startingFor, unhealthyFor time.Duration
	// failure is a sentence when waiting longer cannot help.
	failure string
	// message is the sentence of a node about a VM that is not healthy yet, or empty.
	message    string
	waitingFor string
}

func toServe(row database.ListDeploymentVMsRow, _ int) bool {
	return row.VM.Kind == vmApp && row.VM.DesiredState == "running"
}

// judge looks at all VMs of a deployment that are to serve.
func judge(rows []database.ListDeploymentVMsRow) verdict {
	const restartsToFail = 2

	rows = lo.Filter(rows, toServe)

	result := verdict{}
	healthy := 0
	pulling, absent := false, ""

	for _, row := range rows {
		message := lo.FromPtr(row.VM.Message)

		switch row.VM.State {
		case "healthy":
			healthy++

			continue
		case "failed":
			result.failure = strings.TrimSpace("The app could not be started. " + message)
		case "crashed":
			if row.VM.Restarts >= restartsToFail {
				result.failure = strings.TrimSpace("The app crashes again and again. " + message)
			}
		}

		pulling = pulling || row.VM.State == "pulling"

		if row.VM.State == "pending" || row.VM.State == "pulling" {
			result.startingFor = max(result.startingFor, row.VM.StartingFor)
		} else {
			result.started = true
			result.unhealthyFor = max(result.unhealthyFor, row.VM.UnhealthyFor)
		}

		result.message = lo.CoalesceOrEmpty(result.message, message)

		if !row.NodeSeen {
			absent = row.NodeName
		}
	}

	result.healthy = healthy == len(rows) && healthy > 0

	switch {
	case absent != "":
		result.waitingFor = fmt.Sprintf("Waiting because node %s does not answer.", absent)
	case result.started:
		result.waitingFor = strings.TrimSpace(fmt.Sprintf("Waiting until the app is healthy (%d of %d). %s", healthy, len(rows), result.message))
	case pulling:
		result.waitingFor = strings.TrimSpace("Waiting until the node has pulled the image. " + result.message)
	default:
		result.waitingFor = strings.TrimSpace("Waiting until the node starts the VM. " + result.message)
	}

	return result
}
