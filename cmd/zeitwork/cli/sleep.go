package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

const sleepHelp = `Have an environment fall asleep when nobody has asked it for anything for a while: its VMs stop, and the next
request starts others. That request waits until they answer, and a browser is shown meanwhile that the app
wakes up. What is under way, such as a stream or a WebSocket, keeps an environment awake.

TIME is from 1m to 12h, in whole minutes; off has the environment stay awake, and wakes it. Without an argument
the setting is shown. Previews fall asleep after 15 minutes unless you say otherwise, production never does.`

// longestSleepAfter is the longest time that the API takes.
const longestSleepAfter = 12 * time.Hour

func (a *app) sleepCommand() *cobra.Command {
	command := &cobra.Command{
		Use:     "sleep [TIME | off]",
		Short:   "Stop an environment's VMs while nobody uses it",
		Long:    sleepHelp,
		Example: "  zeitwork sleep -e feature-login\n  zeitwork sleep 30m\n  zeitwork sleep off -e feature-login",
		Args:    cobra.MaximumNArgs(1), ValidArgs: []string{"off", "15m", "1h"},
		RunE: a.run(a.sleep),
	}

	return a.projectFlag(a.environmentFlag(command, "slug of the environment (default: production)"))
}

func (a *app) sleep(ctx context.Context, api *API, args []string) error {
	var update client.UpdateEnvironmentInputBody

	if len(args) > 0 {
		minutes, err := parseSleep(args[0])
		if err != nil {
			return UsageError(err)
		}

		update.SleepAfterMinutes = &minutes
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
		_, _ = fmt.Fprintf(w, "%s of %s %s.\n", found.Slug, project.Slug, describeSleep(found))
	})
}

// getOrUpdate changes the environment where there is something to change, and returns it.
func getOrUpdate(
	ctx context.Context, api *API, environment *client.Environment, update client.UpdateEnvironmentInputBody,
) (*client.Environment, error) {
	if update == (client.UpdateEnvironmentInputBody{}) {
		found, err := checked(api.GetEnvironmentWithResponse(ctx, environment.ID))
		if err != nil {
			return nil, err
		}

		return found.JSON200, nil
	}

	updated, err := checked(api.UpdateEnvironmentWithResponse(ctx, environment.ID, update))
	if err != nil {
		return nil, err
	}

	return updated.JSON200, nil
}

// parseSleep reads a time as minutes; off is 0.
func parseSleep(text string) (int64, error) {
	if text == "off" {
		return 0, nil
	}

	after, err := time.ParseDuration(text)
	if err != nil || after < time.Minute || after > longestSleepAfter || after%time.Minute != 0 {
		return 0, errors.New("give a time of whole minutes from 1m to 12h, such as 30m, or off")
	}

	return int64(after / time.Minute), nil
}

// describeSleep goes behind the name of an environment.
func describeSleep(environment *client.Environment) string {
	rule := "stays awake"
	if minutes := environment.SleepAfterMinutes; minutes > 0 {
		rule = "falls asleep after " + plural(minutes, "minute") + " without a request"
	}

	if environment.AsleepSince == nil {
		return rule
	}

	return rule + "; " + asleepSince(*environment.AsleepSince, environment.WakeProblem)
}

// asleepSince tells of what sleeps, and why it could not be woken, where that is so.
func asleepSince(since time.Time, trouble *string) string {
	at := since.Local().Format("2006-01-02 15:04") //nolint:gosmopolitan // For the person who reads.
	text := fmt.Sprintf("asleep since %s (%s), wakes with the next request", at, ago(since))

	if trouble != nil {
		text += "; it could not be woken: " + *trouble
	}

	return text
}
