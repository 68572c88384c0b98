package cli

import (
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/liveline"
)

func (a *app) deploymentsCommand() *cobra.Command {
	var all bool

	list := a.run(func(ctx context.Context, api *API, _ []string) error { return a.listDeployments(ctx, api, all) })

	command := &cobra.Command{
		Use:   "deployments",
		Short: "A project's deployments, newest first",
		Example: "  zeitwork deployments\n  zeitwork deployments --all --json\n  zeitwork deployments -e production\n" +
			"  zeitwork deployments show 0199c0de-0000-7000-8000-000000000000",
		Args: cobra.NoArgs,
		RunE: list,
	}
	command.PersistentFlags().BoolVar(&all, "all", false, "list all of them, and not only the newest 50")
	command.AddCommand(
		listing("List the newest deployments", "  zeitwork deployments list --all", list),
		&cobra.Command{
			Use: "show DEPLOYMENT", Short: "Show one deployment with its timeline",
			Example: "  zeitwork deployments show 0199c0de-0000-7000-8000-000000000000",
			Args:    cobra.ExactArgs(1), ValidArgsFunction: first(a.completeDeployments(anyDeployment)), RunE: a.run(a.showDeployment),
		},
	)

	return a.projectFlag(a.environmentFlag(command, "slug of the environment whose deployments are listed (default: all)"))
}

func (a *app) listDeployments(ctx context.Context, api *API, all bool) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	environment, err := a.chosenEnvironment(ctx, api, project)
	if err != nil {
		return err
	}

	listed, more, err := atMost(shortList, all, deployments(ctx, api, project, environment))
	if err != nil {
		return err
	}

	err = a.print(items(listed), func(w io.Writer) {
		t := newTable(w, "DEPLOYMENT", "STATE", "ENVIRONMENT", "BRANCH", "COMMIT", "TRIGGER", "CREATED")
		for _, deployment := range listed {
			t.row(deployment.ID.String(), stateOf(deployment), deployment.Environment, deployment.Branch, shortCommit(value(deployment.CommitSHA)),
				string(deployment.Trigger), ago(deployment.CreatedAt))
		}

		t.flush()
	})
	if err == nil && more {
		a.sayf("There are older ones: --all lists them, too.")
	}

	return err
}

// stateOf is a deployment's state for people: one that waits because its environment is pinned is called held.
func stateOf(deployment client.Deployment) string {
	if deployment.HeldAt != nil {
		return "held"
	}

	return string(deployment.State)
}

// deployments yields the deployments of a project, or of one environment of it, newest first.
func deployments(ctx context.Context, api *API, project *client.Project, environment *client.Environment) iter.Seq2[client.Deployment, error] {
	return rows(func(cursor *string) ([]client.Deployment, *string, error) {
		page, err := checked(api.ListDeploymentsWithResponse(ctx, project.ID, &client.ListDeploymentsParams{
			Cursor: cursor, EnvironmentID: environmentID(environment),
		}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}

func (a *app) showDeployment(ctx context.Context, api *API, args []string) error {
	deployment, err := uuid.Parse(args[0])
	if err != nil {
		return UsageError(fmt.Errorf("%q is not the id of a deployment: `zeitwork deployments` lists them", args[0]))
	}

	found, err := checked(api.GetDeploymentWithResponse(ctx, deployment))
	if err != nil {
		return err
	}

	return a.print(found.JSON200, func(w io.Writer) {
		t := newTable(w)
		t.row("Deployment", found.JSON200.ID.String())
		t.row("State", stateOf(*found.JSON200))
		t.row("Environment", found.JSON200.Environment)
		t.row("Commit", shortCommit(value(found.JSON200.CommitSHA))+" "+value(found.JSON200.CommitMessage))
		t.row("URL", found.JSON200.URL)

		if own := found.JSON200.DeploymentURL; own != nil {
			t.row("Its own URL", *own)
		}

		t.flush()

		steps := NewProgress(liveline.New(w, nil))
		steps.Deployment(found.JSON200)

		if found.JSON200.Error != nil {
			_, _ = fmt.Fprintln(w, failureText(*found.JSON200.Error))
		}
	})
}
