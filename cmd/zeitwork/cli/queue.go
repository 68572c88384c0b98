package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) queueCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "queue", Short: "What runs and what waits", Long: "Show of each queue how many jobs run and wait, and how many deployments wait without a job.",
		Example: "  zeitwork queue\n  zeitwork queue jobs", Args: cobra.NoArgs, RunE: a.run(a.showQueue),
	}
	command.AddCommand(
		&cobra.Command{
			Use: "jobs", Short: "List the jobs that run or wait, and why", Example: "  zeitwork queue jobs\n  zeitwork queue jobs --json",
			Args: cobra.NoArgs, RunE: a.run(a.listQueueJobs),
		},
		&cobra.Command{
			Use: "deployments", Short: "List the deployments that wait without a job, and why", Example: "  zeitwork queue deployments",
			Args: cobra.NoArgs, RunE: a.run(a.listWaitingDeployments),
		},
	)

	return command
}

func (a *app) showQueue(ctx context.Context, api *API, _ []string) error {
	overview, err := checked(api.GetQueueWithResponse(ctx))
	if err != nil {
		return err
	}

	return a.print(overview.JSON200, func(w io.Writer) {
		t := newTable(w, "QUEUE", "SLOTS", "RUNNING", "AVAILABLE", "TRIED AGAIN", "LATER", "OLDEST WAITS SINCE")

		for _, queue := range overview.JSON200.Queues {
			since := ""
			if queue.OldestSince != nil {
				since = ago(*queue.OldestSince)
			}

			t.row(queue.Name, decimal(queue.Slots), decimal(queue.Running), decimal(queue.Available), decimal(queue.Retryable),
				decimal(queue.Scheduled), since)
		}

		t.flush()

		waiting := overview.JSON200.WaitingWithoutJob
		_, _ = fmt.Fprintf(w, "\nDeployments that wait without a job: %d for their turn to build, %d for their quota, %d until their environment is unpinned.\n",
			waiting.Builds, waiting.Quotas, waiting.Pins)
	})
}

func (a *app) listQueueJobs(ctx context.Context, api *API, _ []string) error {
	jobs, err := collect(func(cursor *string) ([]client.QueueJob, *string, error) {
		page, err := checked(api.ListQueueJobsWithResponse(ctx, &client.ListQueueJobsParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
	if err != nil {
		return err
	}

	return a.print(items(jobs), func(w io.Writer) {
		t := newTable(w, "JOB", "STATE", "SINCE", "TRY", "ORGANISATION", "PROJECT", "WORKER", "WHY")

		for _, job := range jobs {
			t.row(job.Kind, string(job.State), ago(job.Since), decimal(job.Attempt), slugOf(job.Organisation), slugOf(job.Project),
				lo.FromPtr(job.Worker), lo.FromPtr(job.WaitingBecause))
		}

		t.flush()
	})
}

func decimal(number int64) string { return strconv.FormatInt(number, 10) }

// slugOf is empty for what belongs to nobody.
func slugOf(owner *client.Owner) string { return lo.FromPtr(owner).Slug }

func (a *app) listWaitingDeployments(ctx context.Context, api *API, _ []string) error {
	waiting, err := collect(func(cursor *string) ([]client.WaitingDeployment, *string, error) {
		page, err := checked(api.ListWaitingDeploymentsWithResponse(ctx, &client.ListWaitingDeploymentsParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
	if err != nil {
		return err
	}

	return a.print(items(waiting), func(w io.Writer) {
		t := newTable(w, "DEPLOYMENT", "ORGANISATION", "PROJECT", "SINCE", "PLACE", "WHY")

		for _, deployment := range waiting {
			t.row(deployment.DeploymentID.String(), deployment.Organisation.Slug, deployment.Project.Slug, ago(deployment.Since),
				decimal(deployment.Place), deployment.WaitingBecause)
		}

		t.flush()
	})
}
