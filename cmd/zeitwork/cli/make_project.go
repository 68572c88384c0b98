package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// naming is what a user may say of a project that is about to be made for a directory, besides its organisation.
type naming struct{ name, slug string }

// namingFlags adds the flags of naming to a command.
func (a *app) namingFlags(command *cobra.Command) *naming {
	n := &naming{}
	command.Flags().StringVar(&n.name, "name", "", "name of a project that is made (default: that of the directory)")
	command.Flags().StringVar(&n.slug, "slug", "", "first label of the hostname of a project that is made (default: made from the name)")
	command.Flags().StringVarP(&a.organisation, "organisation", "o", "", "slug of the organisation that owns the project, or gets it (default: your only one)")
	a.completeFlag(command, "organisation", a.completeOrganisations)

	return n
}

// proposal is a project that may be made.
type proposal struct {
	body         client.CreateProjectInputBody
	organisation client.Organisation
	directory    string // Where its link is written.
	repository   string // What people know it by.
}

// propose returns the project that would deploy the work tree.
func (a *app) propose(ctx context.Context, api *API, tree worktree, n naming) (proposal, error) {
	organisation, err := chooseOrganisation(ctx, api, a.organisation)
	if err != nil {
		return proposal{}, err
	}

	root := appDirectory(tree)
	directory := filepath.Join(tree.Top, filepath.FromSlash(root))

	proposed := proposal{
		organisation: organisation, directory: directory, repository: tree.URL,
		body: client.CreateProjectInputBody{
			OrganisationID: &organisation.ID, Name: cmp.Or(n.name, filepath.Base(directory)), Slug: optional(n.slug),
			RepositoryURL: tree.URL, Branch: optional(tree.Branch), RootDirectory: optional(root),
		},
	}

	// The platform reaches one of its own accounts on GitHub even where it is private.
	if reached, ok := repositoryOf(ctx, api, organisation, tree); ok {
		proposed.repository = reached.FullName + " on GitHub"
		proposed.body.RepositoryURL, proposed.body.GithubRepositoryID = "", &reached.ID
	}

	return proposed, nil
}

// appDirectory returns the place of the app that a user who stands in tree.Place works on: the nearest directory, from there upwards, that can be
// built, else the top.
func appDirectory(tree worktree) string {
	for place := tree.Place; place != "" && place != "."; place = path.Dir(place) {
		if _, err := detect.Detect(filepath.Join(tree.Top, filepath.FromSlash(place)), buildplan.Settings{}); err == nil {
			return place
		}
	}

	return ""
}

func (p proposal) describe(w io.Writer) {
	t := newTable(w)
	t.row("  Project", p.body.Name)
	t.row("  Organisation", p.organisation.Slug)
	t.row("  Repository", p.repository)
	t.row("  Directory", "/"+value(p.body.RootDirectory))
	t.row("  Branch", cmp.Or(value(p.body.Branch), "main"))
	t.flush()
}

// makeProject makes the project and links its directory to it.
func (a *app) makeProject(ctx context.Context, api *API, p proposal) (*client.Project, error) {
	created, err := checked(api.CreateProjectWithResponse(ctx, &client.CreateProjectParams{IdempotencyKey: new(id.New().String())}, p.body))
	if isRefused(err, http.StatusUnprocessableEntity) && strings.HasPrefix(p.body.RepositoryURL, "file:") {
		return nil, UsageError(fmt.Errorf(
			"%w\nThis repository has no remote: push it to one that the platform can reach, and add that with `git remote add origin URL`", err))
	}

	if err != nil {
		return nil, err
	}

	a.sayf("Made the project %s. It will answer on %s", created.JSON201.Slug, created.JSON201.URL)
	a.link(p.directory, created.JSON201.Slug, p.organisation.Slug)

	return created.JSON201, nil
}

// link writes the link of a directory. Where it cannot be written the next command has to guess again, which is no reason to fail.
func (a *app) link(directory, project, organisation string) {
	path, err := writeLink(directory, link{Project: project, Organisation: organisation})
	if err != nil {
		a.sayf("Warning: %s", err)

		return
	}

	a.sayf("Wrote %s: commit it, and every clone knows that %s deploys it.", shortPath(path), project)
}

// shortPath returns a path as seen from the working directory, where that is shorter.
func shortPath(path string) string {
	working, err := os.Getwd()
	if err != nil {
		return path
	}

	relative, err := filepath.Rel(working, path)
	if err != nil || len(relative) >= len(path) {
		return path
	}

	return relative
}
