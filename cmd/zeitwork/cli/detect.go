package cli

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func (a *app) detectCommand() *cobra.Command {
	settings := detect.Settings{}

	command := &cobra.Command{
		Use:   "detect [DIR]",
		Short: "Say how the source in DIR would be built, without a platform",
		Long: `Say how the source in DIR would be built. It looks at files only: nothing is sent anywhere.

` + ExitCodes,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}

			return a.detect(dir, settings)
		},
	}

	flags := command.Flags()
	flags.StringVar(&settings.RootDirectory, "root-directory", "", "where the app stands inside DIR")
	flags.StringVar(&settings.DockerfilePath, "dockerfile", "", "path of the Dockerfile in the root directory (default: Dockerfile)")
	flags.IntVar(&settings.Port, "port", 0, "port that the app listens on (default: what the source says)")

	return command
}

func (a *app) detect(dir string, settings detect.Settings) error {
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

	return a.print(plan, func(w io.Writer) {
		t := newTable(w)
		t.row("Framework", plan.Framework)
		t.row("Because", plan.Reason)
		t.row("Port", strconv.Itoa(plan.Port))

		if plan.HealthPath != "" {
			t.row("Health path", plan.HealthPath)
		}

		t.flush()

		if plan.Dockerfile != "" {
			_, _ = fmt.Fprintf(w, "\n%s", plan.Dockerfile)
		}
	})
}
