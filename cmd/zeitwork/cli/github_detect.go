package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (a *app) detectRepositoryCommand() *cobra.Command {
	var branch, root string

	command := &cobra.Command{
		Use: "detect OWNER/NAME|URL", Short: "Show how a repository would be built, before there is a project",
		Long: "Have the platform look at a repository: how it would be built, and which environment variables the app seems to\n" +
			"want. Nothing is built. For a directory on this machine there is `zeitwork detect`.\n\n" + ExitCodes,
		Example: "  zeitwork github detect acme/shop --root-directory apps/web\n  zeitwork github detect https://git.example.com/acme/shop.git",
		Args:    cobra.ExactArgs(1),
	}
	command.Flags().StringVar(&branch, "branch", "", "branch to look at (default: that of the repository)")
	command.Flags().StringVar(&root, "root-directory", "", "directory of the app in the repository (default: the top)")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		organisation, err := chooseOrganisation(ctx, api, a.organisation)
		if err != nil {
			return err
		}

		body := client.CreateDetectionInputBody{OrganisationID: &organisation.ID, Branch: optional(branch), RootDirectory: optional(root)}

		if fullName.MatchString(args[0]) {
			repository, err := repositoryNamed(ctx, api, organisation, args[0])
			if err != nil {
				return err
			}

			body.GithubRepositoryID = &repository.ID
		} else {
			body.RepositoryURL = &args[0]
		}

		return a.detectRepository(ctx, api, body)
	})

	return command
}

func (a *app) detectRepository(ctx context.Context, api *API, body client.CreateDetectionInputBody) error {
	created, err := checked(api.CreateDetectionWithResponse(ctx, &client.CreateDetectionParams{IdempotencyKey: new(id.New().String())}, body))
	if err != nil {
		return err
	}

	detection, said := *created.JSON201, ""

	for detection.State == client.DetectionStateQueued {
		const patience = 20

		shown, err := checked(api.GetDetectionWithResponse(ctx, detection.ID, &client.GetDetectionParams{WaitSeconds: new(int64(patience))}))
		if err != nil {
			return err
		}

		if detection = *shown.JSON200; value(detection.WaitingFor) != said {
			said = value(detection.WaitingFor)
			a.sayf("%s", said)
		}
	}

	if detection.Error != nil {
		return &exitError{code: ExitApp, err: errors.New(detection.Error.Detail)}
	}

	if err := a.print(detection, func(w io.Writer) { printDetection(w, detection) }); err != nil {
		return err
	}

	if detection.Problem != nil {
		return &exitError{code: ExitApp, err: errors.New(*detection.Problem)}
	}

	return nil
}

func printDetection(w io.Writer, detection client.Detection) {
	subject, _, _ := strings.Cut(value(detection.CommitMessage), "\n")

	t := newTable(w)
	t.row("Commit", shortCommit(value(detection.Commit))+" "+subject)

	if plan := detection.Plan; plan != nil {
		t.row("Framework", plan.Framework)
		t.row("Because", plan.Reason)

		for _, name := range slices.Sorted(maps.Keys(plan.Versions)) {
			t.row("Version of "+name, plan.Versions[name])
		}

		t.row("Port", strconv.FormatInt(plan.Port, 10))

		if plan.DockerfilePath != nil {
			t.row("Dockerfile", *plan.DockerfilePath)
		}
	}

	for _, note := range detection.Notes {
		t.row("Note", note)
	}

	t.flush()

	if len(detection.Variables) > 0 {
		_, _ = fmt.Fprintln(w, "\nIt seems to want these environment variables:")

		t := newTable(w, "NAME", "EXAMPLE", "WHAT IT IS", "NAMED IN")
		for _, v := range detection.Variables {
			t.row(v.Name, value(v.Example), value(v.Comment), v.File)
		}

		t.flush()
	}

	if detection.Plan != nil && value(detection.Plan.Dockerfile) != "" {
		_, _ = fmt.Fprintf(w, "\n%s", *detection.Plan.Dockerfile)
	}
}
