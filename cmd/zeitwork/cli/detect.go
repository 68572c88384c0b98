package cli

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func (a *app) detectCommand() *cobra.Command {
	settings := buildplan.Settings{}

	var write bool

	command := &cobra.Command{
		Use:   "detect [DIR]",
		Short: "Show how the source in DIR would be built, without a platform",
		Long: `Show how the source in DIR would be built, and print the Dockerfile for it. Only files are read:
nothing is run and nothing is sent anywhere.

With --write the Dockerfile is written into DIR. Commit it, and it is what is built from then on.

` + ExitCodes,
		Example:           "  zeitwork detect\n  zeitwork detect apps/web --write",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: directories,
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}

			return a.detect(dir, settings, write)
		},
	}

	flags := command.Flags()
	flags.StringVar(&settings.RootDirectory, "root-directory", "", "directory of the app inside DIR")
	flags.StringVar(&settings.DockerfilePath, "dockerfile", "", "path of the Dockerfile in the root directory (default: Dockerfile)")
	flags.StringVar(&settings.DockerfileTarget, "dockerfile-target", "", "stage of the Dockerfile that becomes the image (default: the last one)")
	flags.StringSliceVar(&settings.Variables, "variables", nil, "names of the environment variables that the project has (default: not known)")
	flags.StringSliceVar(&settings.BuildVariables, "build-variables", nil,
		"names of the variables that the build command gets as secrets, and ARG of a Dockerfile")
	flags.BoolVar(&write, "write", false, "write the Dockerfile and its .dockerignore into DIR, unless they exist")
	flags.IntVar(&settings.Port, "port", 0, "port that the app listens on (default: the port that the source names)")

	return command
}

func (a *app) detect(dir string, settings buildplan.Settings, write bool) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return UsageError(fmt.Errorf("there is no directory %s", dir))
	}

	plan, err := detect.Detect(dir, settings)
	if problem.IsUsers(err) {
		return &exitError{code: ExitApp, err: err}
	}

	if err != nil {
		return err
	}

	var written []string

	if write {
		if written, err = writeDockerfile(dir, settings, plan); err != nil {
			return err
		}
	}

	return a.print(plan, func(w io.Writer) {
		printPlan(w, plan)

		if len(written) > 0 {
			_, _ = fmt.Fprintf(w, "\nWritten: %s. %s\n", strings.Join(written, ", "), commitAdvice(settings, plan))
		} else if plan.Dockerfile != "" {
			_, _ = fmt.Fprintf(w, "\n%s", plan.Dockerfile)
		}
	})
}

func printPlan(w io.Writer, plan buildplan.Plan) {
	t := newTable(w)
	t.row("Framework", plan.Framework)
	t.row("Because", plan.Reason)

	for _, name := range slices.Sorted(maps.Keys(plan.Versions)) {
		t.row("Version of "+name, plan.Versions[name])
	}

	t.row("Port", strconv.Itoa(plan.Port))

	for _, optional := range []struct{ name, value string }{
		{"Health path", plan.HealthPath},
		{"Release command", plan.ReleaseCommand},
		{"Built in", plan.Context},
		{"Public variables", strings.Join(plan.Arguments, ", ")},
		{"Secrets of the build", strings.Join(plan.Secrets, ", ")},
		{"Stage", plan.Target},
		{"Note", strings.Join(plan.Notes, " ")},
	} {
		if optional.value != "" {
			t.row(optional.name, optional.value)
		}
	}

	t.flush()
}
