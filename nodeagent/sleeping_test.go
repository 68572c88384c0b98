package nodeagent

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestSweep_ImagesOfWhatSleeps_AreNeeded(t *testing.T) {
	t.Parallel()

	after, changed := assignments{}.with(client.AssignmentChanges{NetworkVersion: "2", Images: &[]string{"registry/app@sha256:1"}})
	require.True(t, changed)

	a := &Agent{assigned: map[uuid.UUID]client.AssignedVM{}, sleeping: *after.whole().Images}
	require.Equal(t, map[string]bool{"registry/app@sha256:1": true}, a.neededImages())
}
