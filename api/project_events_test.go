package api

import (
	"testing"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

func TestProjectEvents_AreReadPageByPage_NewestFirst(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project, other := b.project(t), b.project(t)
	deployment := b.deployment(t, project.ID)

	record := func(project uuid.UUID, deployment *uuid.UUID, kind, message string) {
		require.NoError(t, b.queries.CreateProjectEvent(t.Context(), database.CreateProjectEventParams{
			ID: id.New(), ProjectID: project, DeploymentID: deployment, Kind: kind, Message: message,
		}))
	}

	record(project.ID, &deployment.ID, "instances", "Instances were added (1).")
	record(other.ID, nil, "unpinned", "Of another project.")
	record(project.ID, &deployment.ID, "pinned", "The project is pinned.")
	record(project.ID, nil, "unpinned", "The project was unpinned.")

	first, err := b.owner.ListProjectEventsWithResponse(t.Context(), project.ID, &client.ListProjectEventsParams{Limit: lo.ToPtr[int64](2)})
	require.NoError(t, err)
	require.NotNil(t, first.JSON200, "%s", first.Body)
	require.NotNil(t, first.JSON200.NextCursor)

	second, err := b.owner.ListProjectEventsWithResponse(t.Context(), project.ID,
		&client.ListProjectEventsParams{Limit: lo.ToPtr[int64](2), Cursor: first.JSON200.NextCursor})
	require.NoError(t, err)
	require.Nil(t, second.JSON200.NextCursor)

	type event struct {
		kind, message string
		deployment    *uuid.UUID
	}

	require.Equal(t,
		[]event{
			{"unpinned", "The project was unpinned.", nil},
			{"pinned", "The project is pinned.", &deployment.ID},
			{"instances", "Instances were added (1).", &deployment.ID},
		},
		lo.Map(append(first.JSON200.Items, second.JSON200.Items...), func(e client.ProjectEvent, _ int) event {
			return event{string(e.Kind), e.Message, e.DeploymentID}
		}))
}
