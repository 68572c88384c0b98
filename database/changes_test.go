package database

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestChanges_AreRememberedForThoseWhoComeBack(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		board, organisation, project := newChangeBoard(), uuid.New(), uuid.New()
		since := func(project uuid.UUID, then time.Time) []string {
			changes := &Changes{project: project, wake: make(chan struct{}, 1), kinds: map[string]struct{}{}}
			board.add(organisation, changes, then)()

			return changes.Take()
		}
		tell := func(organisation, project, kind string) {
			board.tell(organisation + " " + project + " " + kind)
			time.Sleep(time.Second)
		}

		require.Equal(t, ChangeKinds(), since(project, time.Now()), "nothing was heard of yet")
		require.Zero(t, board.heardUntil())

		board.tellAll()
		time.Sleep(time.Second)

		begun := time.Now()
		require.Empty(t, since(project, begun))

		tell(organisation.String(), project.String(), "domains")

		later := time.Now()

		tell(organisation.String(), uuid.NewString(), "variables")
		tell(uuid.NewString(), "", "tokens")
		tell(organisation.String(), "", "members")
		tell("", "", "quotas")

		require.Equal(t, []string{"domains", "members", "quotas"}, since(project, begun))
		require.Equal(t, []string{"members", "quotas"}, since(project, later))
		require.Equal(t, []string{"domains", "members", "quotas", "variables"}, since(uuid.Nil, begun))
		require.Equal(t, ChangeKinds(), since(project, begun.Add(-time.Minute)), "before it listened")

		// Of too many the older ones are forgotten.
		for range rememberedChanges {
			board.tell(organisation.String() + " " + project.String() + " project")
		}

		require.LessOrEqual(t, len(board.recent), rememberedChanges)
		require.Equal(t, ChangeKinds(), since(project, later))
		require.Empty(t, since(project, time.Now().Add(1)))

		// While there is no connection nobody knows what changes.
		require.Equal(t, time.Now(), board.heardUntil())
		board.lose()
		require.Zero(t, board.heardUntil())
		require.Equal(t, ChangeKinds(), since(project, time.Now()))

		// A connection that was lost may have missed some.
		time.Sleep(time.Second)
		board.tellAll()
		require.Equal(t, ChangeKinds(), since(project, begun))
		require.Equal(t, ChangeKinds(), since(project, time.Now().Add(-1)))
	})
}
