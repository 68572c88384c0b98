package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) deleteProjectCommand() *cobra.Command {
	var yes, forGood bool

	command := &cobra.Command{
		Use:   "delete SLUG",
		Short: "Delete a project, its deployments and its domains",
		Long: "Delete a project: it stops answering at once. For as long as the platform keeps it, `zeitwork projects restore SLUG` brings it back.\n\n" +
			"With --for-good nothing is kept. That deletes a project for good, too, that was deleted before.",
		Example:           "  zeitwork projects delete shop\n  zeitwork projects delete shop --yes\n  zeitwork projects delete shop --for-good",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: first(a.completeProjects),
	}
	command.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	command.Flags().BoolVar(&forGood, "for-good", false, "keep nothing: it cannot be restored")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		project, err := projectBySlug(ctx, api, args[0])
		if forGood && ExitCode(err) == ExitUsage {
			return a.purgeProject(ctx, api, args[0], yes)
		}

		if err != nil {
			return err
		}

		deletion, err := checked(api.GetProjectDeletionWithResponse(ctx, project.ID))
		if err != nil {
			return err
		}

		undo := time.Duration(deletion.JSON200.UndoSeconds) * time.Second
		if forGood {
			undo = 0
		}

		question := fmt.Sprintf("Delete %s? %s will stop answering. It can be restored for %s.", project.Slug, project.URL, long(undo))
		if undo == 0 {
			question = fmt.Sprintf("Delete %s for good? %s will stop answering, and nothing brings it back.", project.Slug, project.URL)
		}

		if err := a.insist(ctx, question, yes); err != nil {
			return err
		}

		if _, err := checked(api.DeleteProjectWithResponse(ctx, project.ID, &client.DeleteProjectParams{ForGood: &forGood})); err != nil {
			return err
		}

		if undo == 0 {
			a.sayf("Deleted %s for good.", project.Slug)
		} else {
			a.sayf("Deleted %s. For %s this brings it back: zeitwork projects restore %s", project.Slug, long(undo), project.Slug)
		}

		return nil
	})

	return command
}

// purgeProject deletes a project for good that was deleted before.
func (a *app) purgeProject(ctx context.Context, api *API, named string, yes bool) error {
	deleted, err := deletedProjectNamed(ctx, api, named)
	if err != nil {
		return err
	}

	question := fmt.Sprintf("Delete what is kept of %s, which was deleted %s? Nothing brings it back then.", deleted.Slug, ago(deleted.DeletedAt))
	if err := a.insist(ctx, question, yes); err != nil {
		return err
	}

	if _, err := checked(api.PurgeProjectWithResponse(ctx, deleted.ID)); err != nil {
		return err
	}

	a.sayf("Deleted %s for good.", deleted.Slug)

	return nil
}

// insist returns an error unless the user has said yes to a deletion, by a flag or now.
func (a *app) insist(ctx context.Context, question string, yes bool) error {
	if yes {
		return nil
	}

	yes, err := a.confirm(ctx, question)
	if err == nil && !yes {
		err = UsageError(errors.New("nothing was deleted: say yes, or give --yes"))
	}

	return err
}

// long returns how long a time takes, for people: in days, or in hours or minutes where it is less than two of the larger unit.
func long(d time.Duration) string {
	const day = 24 * time.Hour

	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if count := int(d.Round(time.Minute) / unit.length); count > 1 || (count == 1 && d%unit.length == 0) || unit.length == time.Minute {
			return fmt.Sprintf("%d %s", max(count, 1), lo.Ternary(count > 1, unit.name+"s", unit.name))
		}
	}

	return ""
}
