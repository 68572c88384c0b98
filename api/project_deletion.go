package api

import (
	"context"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// namesThatGo is how many names of each kind a deletion tells at most.
const namesThatGo = 100

func (s *service) getProjectDeletion(ctx context.Context, input *ProjectPath) (*ProjectDeletionOutput, error) {
	counts, err := s.queries.CountProjectParts(ctx, input.ProjectID, organisationOf(ctx))
	if counts, err = found(counts, err, "project"); err != nil {
		return nil, err
	}

	rows, err := s.queries.ListProjectPartNames(ctx, input.ProjectID, namesThatGo, organisationOf(ctx))
	if err != nil {
		return nil, err
	}

	goes := func(kind string, count int64) Goes {
		return Goes{Count: int(count), Names: lo.FilterMap(rows, func(r database.ListProjectPartNamesRow, _ int) (string, bool) { return r.Name, r.Kind == kind })}
	}

	return &ProjectDeletionOutput{Body: ProjectDeletion{
		Environments: goes("environment", counts.Environments), Domains: goes("domain", counts.Domains), Variables: goes("variable", counts.Variables),
		Deployments: GoesCounted{Count: int(counts.Deployments)}, Instances: GoesCounted{Count: int(counts.Instances)},
		Images:      GoesImages{Count: int(counts.Images), SizeBytes: counts.ImageBytes},
		UndoSeconds: int64(max(s.config.ProjectUndo, 0).Seconds()),
	}}, nil
}
