package cli

import (
	"context"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strings"
	"time"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

// fullName matches OWNER/NAME.
var fullName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$`)

func (a *app) repositoriesCommand() *cobra.Command {
	var all bool

	command := &cobra.Command{
		Use: "repositories [WORD…]", Aliases: []string{"repos"}, Short: "List repositories that projects can be made of, those pushed to last first",
		Example: "  zeitwork github repositories\n  zeitwork github repositories shop --all",
	}
	command.Flags().BoolVar(&all, "all", false, "all of them, not only the first ones")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		organisation, err := chooseOrganisation(ctx, api, a.organisation)
		if err != nil {
			return err
		}

		return a.listRepositories(ctx, api, organisation, strings.Join(args, " "), all)
	})

	return command
}

func (a *app) listRepositories(ctx context.Context, api *API, organisation client.Organisation, search string, all bool) error {
	var unlisted []client.GitHubUnlisted

	listed, more, err := atMost(shortList, all, repositories(ctx, api, organisation, search, &unlisted))
	if err != nil {
		return err
	}

	for _, account := range unlisted {
		a.sayf("The repositories of %s are not among them. %s", account.Account, account.Problem)
	}

	return a.print(items(listed), func(w io.Writer) {
		t := newTable(w, "REPOSITORY", "KIND", "BRANCH", "PUSHED", "PROJECTS")
		for _, r := range listed {
			pushed := ""
			if r.PushedAt != nil {
				pushed = ago(*r.PushedAt)
			}

			slugs := lo.Map(r.Projects, func(p client.GitHubRepositoryProject, _ int) string { return p.Slug })
			t.row(r.FullName, kindOf(r), r.DefaultBranch, pushed, strings.Join(slugs, ", "))
		}

		t.flush()

		if more {
			a.sayf("There are more: name some words, or give --all.")
		}
	})
}

// kindOf tells in words what distinguishes a repository.
func kindOf(r client.GitHubRepository) string {
	words := []string{lo.Ternary(r.Private, "private", "public")}
	if r.Fork {
		words = append(words, "fork")
	}

	if r.Archived {
		words = append(words, "archived")
	}

	return strings.Join(words, ", ")
}

// repositories yields those that match a search, and notes the accounts that could not be asked.
func repositories(
	ctx context.Context, api *API, organisation client.Organisation, search string, unlisted *[]client.GitHubUnlisted,
) iter.Seq2[client.GitHubRepository, error] {
	return rows(func(cursor *string) ([]client.GitHubRepository, *string, error) {
		page, err := checked(api.ListGithubRepositoriesWithResponse(ctx, organisation.ID, &client.ListGithubRepositoriesParams{
			Cursor: cursor, Limit: new(pageSize), Search: optional(search),
		}))
		if err != nil {
			return nil, nil, err
		}

		*unlisted = page.JSON200.Unlisted

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}

// repositoryNamed returns the repository of an organisation that is called OWNER/NAME.
func repositoryNamed(ctx context.Context, api *API, organisation client.Organisation, name string) (client.GitHubRepository, error) {
	var unlisted []client.GitHubUnlisted

	for r, err := range repositories(ctx, api, organisation, name, &unlisted) {
		if err != nil || strings.EqualFold(r.FullName, name) {
			return r, err
		}
	}

	for _, account := range unlisted {
		if owner, _, _ := strings.Cut(name, "/"); strings.EqualFold(owner, account.Account) {
			return client.GitHubRepository{}, fmt.Errorf("the repositories of %s could not be listed. %s", account.Account, account.Problem)
		}
	}

	return client.GitHubRepository{}, UsageError(fmt.Errorf("%s reaches no repository %s on GitHub: `zeitwork github repositories` lists those that it does, "+
		"`zeitwork github connect` connects an account", organisation.Slug, name))
}

// repositoryOf returns the repository on GitHub that a work tree is a clone of, if the organisation reaches it.
func repositoryOf(ctx context.Context, api *API, organisation client.Organisation, tree worktree) (client.GitHubRepository, bool) {
	name := strings.TrimSuffix(tree.URL[strings.LastIndex(tree.URL, "/")+1:], ".git")
	if strings.HasPrefix(tree.URL, "file:") || name == "" {
		return client.GitHubRepository{}, false
	}

	// Whatever goes wrong here, the URL of the work tree says where the source is.
	const patience = 10 * time.Second

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	var unlisted []client.GitHubUnlisted

	for r, err := range repositories(ctx, api, organisation, name, &unlisted) {
		if err != nil {
			return r, false
		}

		if tree.isOf(r.URL) {
			return r, true
		}
	}

	return client.GitHubRepository{}, false
}
