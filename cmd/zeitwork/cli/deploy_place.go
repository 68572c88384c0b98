package cli

import (
	"cmp"
	"context"
	"errors"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/visible"
)

// placeToDeploy returns the project to deploy to. It asks whether to make one where there is none.
func (a *app) placeToDeploy(ctx context.Context, api *API, dir string, wanted deployment) (place, error) {
	if a.project != "" {
		project, err := projectBySlug(ctx, api, a.project)
		if err != nil {
			return place{}, err
		}

		tree, err := openWorktree(ctx, dir)
		if errors.Is(err, errNoWorktree) {
			return place{project: project, linked: true}, nil
		}

		return place{tree: &tree, project: project, linked: true}, err
	}

	here, err := a.locate(ctx, api, dir)
	if err != nil || here.linked {
		return here, err
	}

	if here.project != nil {
		return here, a.linkFound(ctx, api, here)
	}

	if here.tree.Commit == "" {
		return here, noCommit(here.tree)
	}

	here.project, err = a.offerProject(ctx, api, here, wanted)
	here.made = true

	return here, err
}

// linkFound writes down which project was found, so that the next command need not look.
func (a *app) linkFound(ctx context.Context, api *API, here place) error {
	organisation, err := organisationSlug(ctx, api, here.project.OrganisationID)
	if err != nil {
		return err
	}

	a.link(rootOf(here), here.project.Slug, organisation)

	return nil
}

// offerProject asks whether to make a project for the directory, and makes it.
func (a *app) offerProject(ctx context.Context, api *API, here place, wanted deployment) (*client.Project, error) {
	tree := *here.tree
	tree.Branch = cmp.Or(wanted.branch, tree.Branch)

	proposed, err := a.propose(ctx, api, tree, *wanted.naming)
	if err != nil {
		return nil, err
	}

	if !wanted.yes {
		a.sayf("No project deploys this directory yet. Shall this one be made?\n")
		proposed.describe(visible.Writer(a.Err))

		if len(here.others) > 0 {
			a.sayf("\nOther directories of the repository are deployed by %s.", describeProjects(here.others))
		}

		a.sayf("")

		yes, err := a.confirm(ctx, "Make the project and deploy it?")
		if err != nil {
			return nil, err
		}

		if !yes {
			return nil, UsageError(errors.New("nothing was made: `zeitwork deploy --yes` makes the project, `zeitwork link SLUG` chooses one that there is"))
		}
	}

	return a.makeProject(ctx, api, proposed)
}
