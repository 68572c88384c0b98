package workflows

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// capabilityRelease is the capability without which a node's agent is given no release command.
const capabilityRelease = "release"

// hasReleaseCommand tells whether deployments of a project have something to run before they serve.
func hasReleaseCommand(project database.Project) bool { return project.ReleaseCommand != nil }

// release runs the project's release command in a VM of its own and waits until it has ended. The command runs once: whatever dies, no second VM
// is placed, and a command that is not known to have ended well fails the deployment.
func (w *Worker) release(ctx context.Context, a *attempt) (outcome, error) {
	placed, err := w.placeRelease(ctx, a)
	if err != nil {
		return nil, err
	}

	if !placed {
		return nothing, nil
	}

	if err := w.awaitRelease(ctx, a); err != nil {
		return nil, err
	}

	return func(ctx context.Context, _ pgx.Tx, queries *database.Queries) error {
		nodes, err := queries.StopReleaseVM(ctx, a.deployment.ID)
		if err != nil {
			return fmt.Errorf("stop the VM of the release command: %w", err)
		}

		return notifyNodes(ctx, queries, nodes)
	}, nil
}

// placeRelease places the VM, unless an attempt before has. It tells whether there is one: the command may have been taken out
// of the project's settings.
func (w *Worker) placeRelease(ctx context.Context, a *attempt) (placed bool, err error) {
	_, err = w.releaseVM(ctx, database.New(w.pool), a)
	if err == nil || !errors.Is(err, pgx.ErrNoRows) {
		return err == nil, err
	}

	if a.project.ReleaseCommand == nil {
		return false, nil
	}

	vm := database.CreateVMParams{
		DeploymentID: a.deployment.ID, Kind: vmRelease, Command: []string{"/bin/sh", "-c", *a.project.ReleaseCommand},
		CPUMillis: a.project.CPUMillis, MemoryBytes: a.project.MemoryBytes,
	}

	return true, w.settle(ctx, a, func(ctx context.Context, _ pgx.Tx, queries *database.Queries) error {
		// A command that has changed a database should not wait for its app.
		if err := mayRun(ctx, queries, a.project, a.deployment); err != nil {
			return err
		}

		if err := queries.LockPlacement(ctx); err != nil {
			return fmt.Errorf("lock placement: %w", err)
		}

		nodes, err := w.placeOn(ctx, queries, firstRegionOf(a.project), vm, 1)
		if err != nil {
			return err
		}

		if err := createVM(ctx, queries, vm, nodes[0]); err != nil {
			return err
		}

		if err := notifyNodes(ctx, queries, []uuid.UUID{nodes[0].ID}); err != nil {
			return err
		}

		return queries.Notify(ctx, database.ChannelDeployments, a.deployment.ID.String())
	})
}

func (w *Worker) releaseVM(ctx context.Context, queries *database.Queries, a *attempt) (database.GetReleaseVMRow, error) {
	row, err := queries.GetReleaseVM(ctx, seenWithin, w.config.NodeLostAfter, a.deployment.ID)
	if err != nil {
		return row, fmt.Errorf("read the VM of the release command: %w", err)
	}

	return row, nil
}

func (w *Worker) awaitRelease(ctx context.Context, a *attempt) error {
	queries := database.New(w.pool)

	return w.until(ctx, database.ChannelDeployments, a.deployment.ID.String(), func() (bool, error) {
		row, err := w.releaseVM(ctx, queries, a)
		if err != nil {
			return false, err
		}

		verdict := judgeRelease(row, w.config.StartTimeout, w.config.ReleaseTimeout)

		switch {
		case verdict.ended:
			return true, nil
		case verdict.failure != "":
			return false, w.unhealthy(ctx, a, verdict.failure)
		case verdict.lost != "":
			return false, errors.Join(errPointless, problem.New(problem.Unavailable, "%s", verdict.lost))
		}

		a.waiting(ctx, verdict.waitingFor)

		return false, nil
	})
}

// releaseVerdict sums up the state of the VM that runs a release command. One of its fields is set.
type releaseVerdict struct {
	// ended is true when the command has ended well.
	ended bool
	// failure is the user's: the command has ended badly, or takes too long.
	failure string
	// lost is the platform's fault: the command did not start, or nobody will know how it ended.
	lost       string
	waitingFor string
}

func judgeRelease(row database.GetReleaseVMRow, startTimeout, releaseTimeout time.Duration) releaseVerdict {
	const unknown = "it may or may not have finished. Look at what it changes, then redeploy to run it again."

	vm, message, command := row.VM, lo.FromPtr(row.VM.Message), releaseCommand(row.VM)

	switch {
	case vm.ExitCode != nil && *vm.ExitCode == 0:
		return releaseVerdict{ended: true}
	case vm.ExitCode != nil:
		return releaseVerdict{failure: sentences("The release command %s ended with exit code %d. %s", command, *vm.ExitCode, message)}
	case vm.State == "failed":
		return releaseVerdict{failure: sentences("The release command %s did not run to its end. %s", command, message)}
	case vm.State == "removed" || vm.DesiredState == "stopped":
		return releaseVerdict{lost: sentences("The VM of the release command %s was removed before its end was known: %s", command, unknown)}
	case row.NodeLost:
		return releaseVerdict{lost: sentences("Node %s was lost while the release command %s ran: %s", row.NodeName, command, unknown)}
	case vm.StartedAt != nil && row.RunningFor > releaseTimeout:
		return releaseVerdict{failure: sentences("The release command %s took longer than %s and was stopped. "+
			"Make it quicker, or run what takes long apart from deployments.", command, releaseTimeout)}
	case vm.StartedAt == nil && vm.StartingFor > startTimeout:
		return releaseVerdict{lost: sentences("No node could start the release command within %s. Redeploy to try again. %s", startTimeout, message)}
	case !row.NodeSeen:
		return releaseVerdict{waitingFor: sentences("Waiting because node %s does not answer.", row.NodeName)}
	case vm.StartedAt != nil:
		return releaseVerdict{waitingFor: "Waiting until the release command has ended."}
	default:
		return releaseVerdict{waitingFor: sentences("Waiting until the node starts the release command. %s", message)}
	}
}

func sentences(format string, args ...any) string {
	return strings.TrimSpace(fmt.Sprintf(format, args...))
}

// releaseCommand is the command as the user typed it, in one line of bounded length, and marked as code.
func releaseCommand(vm database.VM) string {
	const limit = 200

	typed, _ := lo.Last(vm.Command)

	return "`" + cutLine(strings.Join(strings.Fields(typed), " "), limit) + "`"
}

// runReleases are the nodes that can run release commands. Until their agents are upgraded none can.
func runReleases(nodes []database.Node) ([]database.Node, error) {
	able := lo.Filter(nodes, func(node database.Node, _ int) bool { return lo.Contains(node.Capabilities, capabilityRelease) })
	if len(able) == 0 && len(nodes) > 0 {
		return nil, problem.New(problem.Unavailable, "No node can run release commands: their agents are of an older version.")
	}

	return able, nil
}
