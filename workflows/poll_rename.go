package workflows

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
)

// event writes a sentence into the timelines of all projects of the repository.
func (l *look) event(ctx context.Context, queries *database.Queries, sentence string) error {
	projects, err := queries.ListProjectsOfRepository(ctx, &l.repository.ID)
	if err != nil {
		return fmt.Errorf("find the projects of the repository: %w", err)
	}

	for _, project := range projects {
		if err := recordEvent(ctx, queries, project, nil, eventRepository, sentence); err != nil {
			return err
		}
	}

	return nil
}

// follow takes over the name and the default branch that the repository has by now.
func (l *look) follow(ctx context.Context) error {
	if before, now := l.repository.DefaultBranch, l.seen.DefaultBranch; before != "" && now != "" && before != now {
		sentence := fmt.Sprintf("The default branch of %s is %s now, and was %s. Projects go on to deploy the branches of their settings.",
			l.seen.FullName, now, before)

		if err := l.event(ctx, l.queries, sentence); err != nil {
			return err
		}

		// Written at once, so that it is told once.
		l.repository.DefaultBranch = now

		if err := l.queries.SetDefaultBranch(ctx, now, l.repository.ID); err != nil {
			return fmt.Errorf("write the default branch: %w", err)
		}
	}

	if l.seen.FullName == l.repository.FullName || l.seen.FullName == "" {
		return nil
	}

	return l.renameRepository(ctx, l.seen.FullName, "renamed")
}

// renameRepository takes over another name. What happened is told to the projects.
func (l *look) renameRepository(ctx context.Context, name, what string) error {
	before := l.repository.FullName

	err := database.InTx(ctx, l.worker.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if err := queries.RenameRepository(ctx, before, name, &l.repository.ID); err != nil {
			return fmt.Errorf("write the repository's name: %w", err)
		}

		return l.event(ctx, queries, fmt.Sprintf("The repository %s was %s and is %s now.", before, what, name))
	})
	if err != nil {
		return err
	}

	l.repository.FullName = name

	for n := range l.followers {
		l.followers[n].RepositoryURL = strings.ReplaceAll(l.followers[n].RepositoryURL, before, name)
	}

	return nil
}
