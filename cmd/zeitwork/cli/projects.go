package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (a *app) projectsCommand() *cobra.Command {
	command := &cobra.Command{Use: "projects", Short: "Your projects", Args: cobra.NoArgs, RunE: a.run(a.listProjects)}
	command.AddCommand(
		listing("List your projects", a.run(a.listProjects)),
		&cobra.Command{Use: "show SLUG", Short: "Show one project", Args: cobra.ExactArgs(1), RunE: a.run(a.showProject)},
		a.createProjectCommand(),
		a.setProjectCommand(),
		a.deleteProjectCommand(),
	)

	return command
}

func (a *app) listProjects(ctx context.Context, api *API, _ []string) error {
	projects, err := allProjects(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(projects), func(w io.Writer) {
		t := newTable(w, "SLUG", "URL", "REPOSITORY", "BRANCH")
		for _, project := range projects {
			t.row(project.Slug, project.URL, project.RepositoryURL, value(project.Branch))
		}

		t.flush()
	})
}

func (a *app) showProject(ctx context.Context, api *API, args []string) error {
	project, err := projectBySlug(ctx, api, args[0])
	if err != nil {
		return err
	}

	return a.printProject(project)
}

func (a *app) printProject(project *client.Project) error {
	return a.print(project, func(w io.Writer) {
		t := newTable(w)
		t.row("Project", project.Slug)
		t.row("URL", project.URL)
		t.row("Repository", project.RepositoryURL)
		t.row("Branch", value(project.Branch))
		t.row("Root directory", "/"+value(project.RootDirectory))
		t.row("Dockerfile", value(project.DockerfilePath))
		t.row("VMs", fmt.Sprintf("%d, each with %d thousandths of a core and %d MiB", value(project.Instances),
			value(project.CPUMillis), value(project.MemoryBytes)>>mebibyteBits))

		t.row("Port", lo.Ternary(project.Port == nil, "the Dockerfile's", strconv.FormatInt(value(project.Port), 10)))
		t.row("Health path", cmp.Or(value(project.HealthPath), "/ with any status below 500"))
		t.row("Release command", cmp.Or(value(project.ReleaseCommand), "none"))
		t.row("Build variables", cmp.Or(strings.Join(value(project.BuildVariables), ", "), "none"))
		t.row("Deploys by itself", lo.Ternary(value(project.AutoDeploy), "on every push", "no"))

		if project.PinnedBy != nil {
			t.row("Pinned", "by rollback "+project.PinnedBy.String()+"; pushes wait for `zeitwork unpin`")
		}

		if project.HeldDeploymentID != nil {
			t.row("Held", "push "+project.HeldDeploymentID.String())
		}

		if project.PollError != nil {
			t.row("Problem", *project.PollError)
		}

		t.flush()
	})
}

const mebibyteBits = 20

func (a *app) createProjectCommand() *cobra.Command {
	body := client.CreateProjectInputBody{}

	var slug, branch, root, dockerfile, health, release, variables string

	var port, instances int64

	command := &cobra.Command{
		Use:   "create NAME --repository URL",
		Short: "Make a project",
		Args:  cobra.ExactArgs(1),
	}

	flags := command.Flags()
	flags.StringVar(&body.RepositoryURL, "repository", "", "git URL of the source")
	flags.StringVar(&slug, "slug", "", "first label of the project's hostname (default: made from the name)")
	flags.StringVar(&branch, "branch", "", "branch whose pushes are deployed (default: main)")
	flags.StringVar(&root, "root-directory", "", "path of the app in the repository (default: the top)")
	flags.StringVar(&dockerfile, "dockerfile", "", "path of the Dockerfile in the root directory (default: Dockerfile)")
	flags.StringVar(&health, "health-path", "", "path that answers 2xx or 3xx when the app is healthy")
	flags.StringVar(&release, "release-command", "", "shell command that each deployment runs once before it serves (default: none)")
	flags.StringVar(&variables, "build-variables", "", "names of variables that the build command gets as secrets, separated by commas")
	flags.Int64Var(&port, "port", 0, "port that the app listens on (default: EXPOSE of the Dockerfile, else 8080)")
	flags.Int64Var(&instances, "instances", 0, "how many VMs run the app (default: 1)")
	cobra.CheckErr(command.MarkFlagRequired("repository"))

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		body.Name = args[0]
		body.Slug, body.Branch, body.RootDirectory = optional(slug), optional(branch), optional(root)
		body.DockerfilePath, body.HealthPath = optional(dockerfile), optional(health)
		body.ReleaseCommand = optional(release)
		body.Port, body.Instances = optional(port), optional(instances)

		if chosen := names(variables); len(chosen) > 0 {
			body.BuildVariables = &chosen
		}

		created, err := checked(api.CreateProjectWithResponse(ctx, &client.CreateProjectParams{IdempotencyKey: new(id.New().String())}, body))
		if err != nil {
			return err
		}

		return a.printProject(created.JSON201)
	})

	return command
}

func (a *app) deleteProjectCommand() *cobra.Command {
	var yes bool

	command := &cobra.Command{
		Use:   "delete SLUG",
		Short: "Delete a project, its deployments and its domains",
		Args:  cobra.ExactArgs(1),
	}
	command.Flags().BoolVar(&yes, "yes", false, "do not ask")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		project, err := projectBySlug(ctx, api, args[0])
		if err != nil {
			return err
		}

		if !yes && !a.confirm(fmt.Sprintf("Delete %s? %s will stop answering.", project.Slug, project.URL)) {
			return UsageError(errors.New("nothing was deleted: say yes, or give --yes"))
		}

		if _, err := checked(api.DeleteProjectWithResponse(ctx, project.ID)); err != nil {
			return err
		}

		a.sayf("Deleted %s.", project.Slug)

		return nil
	})

	return command
}
