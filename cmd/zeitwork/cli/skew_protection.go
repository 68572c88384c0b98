package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

const skewProtectionHelp = `Decide whether pages of the deployment before keep their assets. A browser that loaded a page before a deployment
asks for scripts and styles which the new deployment may not have. While the deployment before is kept warm,
such files are served from there: hashed assets that the live deployment answers with 404, such as
/assets/app-4ed993c7.js.

Without an argument the setting is shown. It is on unless you say otherwise.`

func (a *app) skewProtectionCommand() *cobra.Command {
	command := &cobra.Command{
		Use:     "skew-protection [on | off]",
		Short:   "Serve assets of the deployment before while it is warm",
		Long:    skewProtectionHelp,
		Example: "  zeitwork skew-protection\n  zeitwork skew-protection off -e feature-login",
		Args:    cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs), ValidArgs: []string{"on", "off"},
		RunE: a.run(a.skewProtection),
	}

	return a.projectFlag(a.environmentFlag(command, "slug of the environment (default: production)"))
}

func (a *app) skewProtection(ctx context.Context, api *API, args []string) error {
	var update client.UpdateEnvironmentInputBody

	if len(args) > 0 {
		update.SkewProtection = new(args[0] == "on")
	}

	project, environment, err := a.currentEnvironment(ctx, api)
	if err != nil {
		return err
	}

	found, err := getOrUpdate(ctx, api, environment, update)
	if err != nil {
		return err
	}

	return a.print(found, func(w io.Writer) {
		rule := "serves no assets of the deployment before"
		if found.SkewProtection {
			rule = "serves assets of the deployment before while that is warm"
		}

		_, _ = fmt.Fprintf(w, "%s of %s %s.\n", found.Slug, project.Slug, rule)
	})
}
