package api

import (
	"context"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// pollAtMost is the least time between two looks at a repository, however often somebody asks for one. One that was pushed to a moment ago is looked at as
// often.
const pollAtMost = 5 * time.Second

// checkProject has the repository of a project looked at as soon as possible.
func (s *service) checkProject(ctx context.Context, input *ProjectPath) (*ProjectOutput, error) {
	err := s.inTx(ctx, func(queries *database.Queries) error {
		project, err := lockProject(ctx, queries, input.ProjectID)
		if err != nil {
			return err
		}

		if !followsPushes(project) {
			return problem.New(problem.Conflict, "This project does not deploy by itself, so that nobody looks at its repository. "+
				"Deploy the newest commit (zeitwork deploy), or turn it on (zeitwork projects set %s --auto-deploy true).", project.Slug)
		}

		if err := requestPoll(ctx, queries, project.ID); err != nil {
			return err
		}

		return audit(ctx, queries, projectEvent("project.check", project.ID, map[string]any{detailSlug: project.Slug}))
	})
	if err != nil {
		return nil, err
	}

	return s.getProject(ctx, input)
}

// requestPoll has the repository of a project of the organisation looked at as soon as possible.
func requestPoll(ctx context.Context, queries *database.Queries, project uuid.UUID) error {
	if err := queries.RequestPoll(ctx, pollAtMost, project, organisationOf(ctx)); err != nil {
		return err
	}

	return queries.Notify(ctx, database.ChannelPolls, "")
}

// requestOtherPoll is requestPoll where what is to be looked at differs after a change of a project.
func requestOtherPoll(ctx context.Context, queries *database.Queries, before, after database.Project) error {
	isSame := after.RepositoryURL == before.RepositoryURL && after.Branch == before.Branch && after.Previews == before.Previews &&
		after.AutoDeploy == before.AutoDeploy

	if isSame || !followsPushes(after) {
		return nil
	}

	return requestPoll(ctx, queries, after.ID)
}

// followsPushes tells whether the repository of a project is looked at.
func followsPushes(project database.Project) bool {
	return project.AutoDeploy || project.Previews != "off"
}

// longestPattern is how many bytes a pattern of ignored paths may have.
const longestPattern = 255

// checkIgnoredPaths refuses patterns that cannot be read.
func checkIgnoredPaths(patterns []string) error {
	for _, pattern := range patterns {
		if pattern == "" || len(pattern) > longestPattern || !doublestar.ValidatePattern(pattern) {
			return problem.New(problem.Invalid, "%q is no pattern of paths. Give paths from the top of the repository, such as docs/** or **/*.md.", pattern)
		}
	}

	return nil
}
