package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) projectsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:     "projects",
		Short:   "Your projects",
		Example: "  zeitwork projects\n  zeitwork projects show shop\n  zeitwork projects set shop --instances 2",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.listProjects),
	}
	command.AddCommand(
		listing("List your projects", "  zeitwork projects list --json", a.run(a.listProjects)),
		&cobra.Command{
			Use: "show SLUG", Short: "Show one project", Example: "  zeitwork projects show shop",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeProjects), RunE: a.run(a.showProject),
		},
		a.createProjectCommand(),
		a.setProjectCommand(),
		a.deleteProjectCommand(),
		a.deletedProjectsCommand(),
		a.restoreProjectCommand(),
	)

	return command
}

func (a *app) listProjects(ctx context.Context, api *API, _ []string) error {
	projects, err := allProjects(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(projects), func(w io.Writer) {
		t := newTable(w, "SLUG", "URL", "REPOSITORY", "BRANCH", "INSTANCES")
		for _, project := range projects {
			t.row(project.Slug, project.URL, project.RepositoryURL, value(project.Branch), instancesInShort(project.Overview))
		}

		t.flush()
	})
}

// instancesInShort is how many instances of production serve, or that it sleeps.
func instancesInShort(overview client.ProjectOverview) string {
	switch {
	case overview.AsleepSince != nil:
		return "asleep, wakes with the next request"
	case overview.Live == nil:
		return "-"
	default:
		return fmt.Sprintf("%d of %d", overview.Instances.Healthy, overview.Instances.Wanted)
	}
}

func (a *app) showProject(ctx context.Context, api *API, args []string) error {
	project, err := projectBySlug(ctx, api, args[0])
	if err != nil {
		return err
	}

	return a.printProject(project)
}

func (a *app) printProject(project *client.Project) error { //nolint:cyclop,gocognit // One row after the other.
	return a.print(project, func(w io.Writer) {
		t := newTable(w)
		t.row("Project", project.Slug)
		t.row("URL", project.URL)
		t.row("Repository", project.RepositoryURL)

		if on := project.Github; on != nil && on.Problem != nil {
			t.row("Problem", *on.Problem)
		}

		t.row("Branch", value(project.Branch))
		t.row("Root directory", "/"+value(project.RootDirectory))
		t.row("Dockerfile", value(project.DockerfilePath))

		if target := value(project.DockerfileTarget); target != "" {
			t.row("Stage", target)
		}

		t.row("VMs", fmt.Sprintf("%d, each with %d thousandths of a core and %d MiB", value(project.Instances),
			value(project.CPUMillis), value(project.MemoryBytes)>>mebibyteBits))

		if regions := value(project.Regions); len(regions) > 0 {
			t.row("Regions", describeShares(regions))
		}

		t.row("Port", lo.Ternary(project.Port == nil, "the Dockerfile's", strconv.FormatInt(value(project.Port), 10)))
		t.row("Health path", cmp.Or(value(project.HealthPath), "/ with any status below 500"))

		if project.StartSeconds != nil {
			t.row("Start", fmt.Sprintf("healthy within %d s", *project.StartSeconds))
		}

		if project.GraceSeconds != nil {
			t.row("Grace", fmt.Sprintf("%d s to end after SIGTERM", *project.GraceSeconds))
		}

		t.row("Release command", cmp.Or(value(project.ReleaseCommand), "none"))
		t.row("Build variables", cmp.Or(strings.Join(value(project.BuildVariables), ", "), "none"))
		t.row("Deploys by itself", lo.Ternary(value(project.AutoDeploy), "on every push", "no"))

		if project.RecordRequests != nil && !*project.RecordRequests {
			t.row("Requests", "not kept")
		}

		if ignored := value(project.IgnoredPaths); len(ignored) > 0 {
			t.row("Ignored paths", strings.Join(ignored, ", "))
		}

		if previews := value(project.Previews); previews != "" && previews != "off" {
			of := lo.Ternary(previews == "branches", "all other branches", "all open pull requests")
			t.row("Previews", fmt.Sprintf("of %s, for %d days behind the last push", of, value(project.PreviewDays)))
		}

		if project.PinnedBy != nil {
			t.row("Pinned", "by rollback "+project.PinnedBy.String()+"; pushes wait for `zeitwork unpin`")
		}

		if project.HeldDeploymentID != nil {
			t.row("Held", "push "+project.HeldDeploymentID.String())
		}

		if project.PollError != nil {
			t.row("Problem", *project.PollError)
		}

		if project.ReportError != nil {
			t.row("GitHub", "is not told of deployments: "+*project.ReportError)
		}

		t.flush()
	})
}

const mebibyteBits = 20
