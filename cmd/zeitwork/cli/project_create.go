package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (a *app) createProjectCommand() *cobra.Command {
	body := client.CreateProjectInputBody{}

	var slug, organisation, branch, root, dockerfile, target, health, release, variables string

	var port, instances int64

	command := &cobra.Command{
		Use:     "create NAME --repository URL|OWNER/NAME",
		Short:   "Make a project of a repository",
		Example: "  zeitwork projects create shop --repository https://git.example.com/acme/shop.git --organisation acme",
		Args:    cobra.ExactArgs(1),
	}

	flags := command.Flags()
	flags.StringVar(&body.RepositoryURL, "repository", "", "git URL of the source, or OWNER/NAME of a repository on GitHub that the organisation reaches")
	flags.StringVarP(&organisation, "organisation", "o", "", "slug of the organisation that gets it (default: your only one)")
	a.completeFlag(command, "organisation", a.completeOrganisations)
	flags.StringVar(&slug, "slug", "", "first label of the project's hostname (default: made from the name)")
	flags.StringVar(&branch, "branch", "", "branch whose pushes are deployed (default: that of a repository on GitHub, else main)")
	flags.StringVar(&root, "root-directory", "", "path of the app in the repository (default: the top)")
	flags.StringVar(&dockerfile, "dockerfile", "", "path of the Dockerfile in the root directory (default: Dockerfile)")
	flags.StringVar(&target, "dockerfile-target", "", "stage of the Dockerfile that becomes the image (default: the last one)")
	flags.StringVar(&health, "health-path", "", "path that answers 2xx or 3xx when the app is healthy")
	flags.StringVar(&release, "release-command", "", "shell command that each deployment runs once before it serves (default: none)")
	flags.StringVar(&variables, "build-variables", "", "names of variables that the build command gets as secrets, and ARG of a Dockerfile, separated by commas")
	flags.Int64Var(&port, "port", 0, "port that the app listens on (default: EXPOSE of the Dockerfile, else 8080)")
	flags.Int64Var(&instances, "instances", 0, "how many VMs run the app (default: 1)")
	flags.Func("regions", "`regions` where they run, and how many in each, such as eu=2,us=1, in place of --instances (default: wherever there is room)",
		shares(&body.Regions))
	cobra.CheckErr(command.MarkFlagRequired("repository"))

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		owner, err := chooseOrganisation(ctx, api, organisation)
		if err != nil {
			return err
		}

		if fullName.MatchString(body.RepositoryURL) {
			repository, err := repositoryNamed(ctx, api, owner, body.RepositoryURL)
			if err != nil {
				return err
			}

			body.RepositoryURL, body.GithubRepositoryID = "", &repository.ID
		}

		body.Name, body.OrganisationID = args[0], &owner.ID
		body.Slug, body.Branch, body.RootDirectory = optional(slug), optional(branch), optional(root)
		body.DockerfilePath, body.HealthPath = optional(dockerfile), optional(health)
		body.ReleaseCommand, body.DockerfileTarget = optional(release), optional(target)
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
