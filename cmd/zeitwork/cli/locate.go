package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// place is a directory, and the project that deploys it.
type place struct {
	tree    *worktree       // Nil outside git.
	project *client.Project // Nil where no project deploys the directory.
	linked  bool            // Whether a link file names the project.
	made    bool            // Whether the project was made just now, so that nothing of it can be replaced.
	// others are projects of the same repository that deploy other directories of it.
	others []client.Project
}

// currentProject returns the project of --project, else the project that deploys the working directory.
func (a *app) currentProject(ctx context.Context, api *API) (*client.Project, error) {
	if a.project != "" {
		return projectBySlug(ctx, api, a.project)
	}

	here, err := a.locate(ctx, api, ".")
	if err != nil {
		return nil, err
	}

	if here.project != nil {
		return here.project, nil
	}

	if len(here.others) > 0 {
		return nil, UsageError(fmt.Errorf("no project deploys this directory, but others of %s are deployed: %s. Go to one of them, or name a project with --project",
			here.tree.URL, describeProjects(here.others)))
	}

	return nil, UsageError(fmt.Errorf("no project deploys %s: run `zeitwork deploy` to make one, `zeitwork link SLUG` to choose one, or name one with --project",
		here.tree.URL))
}

// locate finds the project that deploys dir: the one that a link file names, else the one whose repository is dir's and whose root directory is dir
// or the nearest above it.
func (a *app) locate(ctx context.Context, api *API, dir string) (place, error) {
	tree, err := openWorktree(ctx, dir)
	if errors.Is(err, errNoWorktree) {
		return a.locateOutsideGit(ctx, api, dir, err)
	}

	if err != nil {
		return place{}, err
	}

	here := place{tree: &tree}

	l, path, err := findLink(tree.Directory, tree.Top)
	if err != nil {
		return here, err
	}

	if path != "" {
		here.linked = true
		here.project, err = projectOfLink(ctx, api, l, path)

		return here, err
	}

	projects, err := allProjects(ctx, api)
	if err != nil {
		return here, err
	}

	if a.organisation != "" {
		owner, err := chooseOrganisation(ctx, api, a.organisation)
		if err != nil {
			return here, err
		}

		projects = lo.Filter(projects, func(p client.Project, _ int) bool { return p.OrganisationID == owner.ID })
	}

	ofRepository := lo.Filter(projects, func(p client.Project, _ int) bool { return tree.isOf(p.RepositoryURL) })
	nearest, others := nearestProjects(ofRepository, tree.Place)
	here.others = others

	if len(nearest) > 1 {
		return here, UsageError(fmt.Errorf("several projects deploy this directory: %s. Choose one for good with `zeitwork link SLUG`, or for once with --project",
			describeProjects(nearest)))
	}

	if len(nearest) == 1 {
		here.project = &nearest[0]
	}

	return here, nil
}

// locateOutsideGit finds the project that a link file in dir names.
func (a *app) locateOutsideGit(ctx context.Context, api *API, dir string, noTree error) (place, error) {
	absolute, err := existingDirectory(dir)
	if err != nil {
		return place{}, err
	}

	l, path, err := findLink(absolute, absolute)
	if err != nil || path == "" {
		return place{}, cmp.Or(err, noTree)
	}

	project, err := projectOfLink(ctx, api, l, path)

	return place{project: project, linked: true}, err
}

// nearestProjects returns those of the projects whose root directory is the place or the nearest one above it, and all others.
func nearestProjects(projects []client.Project, place string) (nearest, others []client.Project) {
	depth := -1

	for _, project := range projects {
		root := value(project.RootDirectory)
		if isAbove(root, place) {
			depth = max(depth, len(root))
		}
	}

	return lo.FilterReject(projects, func(p client.Project, _ int) bool {
		root := value(p.RootDirectory)

		return isAbove(root, place) && len(root) == depth
	})
}

// isAbove tells whether the directory root is the place or above it.
func isAbove(root, place string) bool {
	root = strings.Trim(root, "/")

	return root == "" || root == "." || root == place || strings.HasPrefix(place, root+"/")
}

func describeProjects(projects []client.Project) string {
	return strings.Join(lo.Map(projects, func(p client.Project, _ int) string {
		return p.Slug + " (/" + value(p.RootDirectory) + ")"
	}), ", ")
}
