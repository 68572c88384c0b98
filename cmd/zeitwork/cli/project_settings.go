package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) setProjectCommand() *cobra.Command {
	var update client.ProjectUpdate

	command := &cobra.Command{
		Use:   "set SLUG",
		Short: "Change settings of a project; the next deployment uses them",
		Example: "  zeitwork projects set shop --release-command 'bin/rails db:prepare'\n" +
			"  zeitwork projects set shop --release-command '' --instances 2",
		Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeProjects),
	}

	for _, setting := range []struct {
		flag, usage string
		set         func(string) error
	}{
		{"repository", "git `URL` of the source", text(&update.RepositoryURL)},
		{"branch", "`branch` whose pushes are deployed", text(&update.Branch)},
		{"root-directory", "`path` of the app in the repository; empty: the top", text(&update.RootDirectory)},
		{"dockerfile", "`path` of the Dockerfile in the root directory", text(&update.DockerfilePath)},
		{"dockerfile-target", "`stage` of the Dockerfile that becomes the image; empty: the last one", text(&update.DockerfileTarget)},
		{"port", "`port` that the app listens on; 0: EXPOSE of the Dockerfile, else 8080", number(&update.Port, 1)},
		{"health-path", "`path` that answers 2xx or 3xx when the app is healthy; empty: / with any status below 500", text(&update.HealthPath)},
		{"start-seconds", "`seconds` that the app may take from its start until it is healthy; 0: what the platform gives", number(&update.StartSeconds, 1)},
		{"grace-seconds", "`seconds` that the app may take to end its requests after SIGTERM; 0: what the platform gives", number(&update.GraceSeconds, 1)},
		{"release-command", "shell `command` that each deployment runs once before it serves; empty: none", text(&update.ReleaseCommand)},
		{
			"build-variables", "`names` of variables that the build command gets as secrets, and ARG of a Dockerfile, separated by commas; empty: none",
			list(&update.BuildVariables),
		},
		{"instances", "`number` of VMs that run the app; the live deployment follows within seconds", number(&update.Instances, 1)},
		{
			"regions", "`regions` where they run, and how many in each, such as eu=2,us=1, in place of --instances; empty: wherever there is room",
			shares(&update.Regions),
		},
		{"cpu-millis", "processor time of each VM in `thousandths` of a core", number(&update.CPUMillis, 1)},
		{"memory-mib", "memory of each VM in `MiB`", number(&update.MemoryBytes, 1<<mebibyteBits)},
		{"auto-deploy", "`true or false`: whether a push to the branch becomes a deployment", truth(&update.AutoDeploy)},
		{"ignored-paths", "`patterns` of paths, separated by commas: a push that changes nothing else is not deployed; empty: none", list(&update.IgnoredPaths)},
		{"record-requests", "`true or false`: whether the requests that it gets are kept for some days; false deletes them", truth(&update.RecordRequests)},
		{
			"previews",
			"`off, branches or pull_requests`: whether every other branch gets a preview with its next push, or every pull request on GitHub one while it is open",
			previews(&update.Previews),
		},
		{"preview-days", "`days` that a preview stays behind the last push to its branch", number(&update.PreviewDays, 1)},
	} {
		command.Flags().Func(setting.flag, setting.usage, setting.set)
	}

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		if update == (client.ProjectUpdate{}) {
			return UsageError(errors.New("nothing to change: give a setting, such as --port 3000"))
		}

		project, err := projectBySlug(ctx, api, args[0])
		if err != nil {
			return err
		}

		updated, err := checked(api.UpdateProjectWithResponse(ctx, project.ID, update))
		if err != nil {
			return err
		}

		return a.printProject(updated.JSON200)
	})

	return command
}

func text(field **string) func(string) error {
	return func(given string) error {
		*field = &given

		return nil
	}
}

// number returns the setter of a number that is given in units.
func number(field **int64, unit int64) func(string) error {
	return func(given string) error {
		parsed, err := strconv.ParseInt(given, 10, 32)
		if err != nil {
			return fmt.Errorf("%q is not a number", given)
		}

		*field = new(parsed * unit)

		return nil
	}
}

func truth(field **bool) func(string) error {
	return func(given string) error {
		parsed, err := strconv.ParseBool(given)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", given)
		}

		*field = &parsed

		return nil
	}
}

func previews(field **client.ProjectUpdatePreviews) func(string) error {
	return func(given string) error {
		*field = new(client.ProjectUpdatePreviews(given))

		return nil
	}
}

func list(field **[]string) func(string) error {
	return func(given string) error {
		*field = new(names(given))

		return nil
	}
}

func shares(field **[]client.RegionInstances) func(string) error {
	return func(given string) error {
		parsed, err := parseShares(names(given))
		if err != nil {
			return err
		}

		*field = &parsed

		return nil
	}
}

// names splits a list at its commas.
func names(given string) []string {
	return lo.Compact(lo.Map(strings.Split(given, ","), func(name string, _ int) string { return strings.TrimSpace(name) }))
}
