package rig

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSample_EachChange_TakesThePlaceOfTheOneBefore(t *testing.T) {
	t.Parallel()

	r := newTestRepository(t, "say(\"Hello\")\nsay(\"the end\")\n")

	s, err := NewSample(t.Context(), r.Dir, "app.js", "Hello")
	require.NoError(t, err)

	first, err := s.Change(t.Context(), "version 1")
	require.NoError(t, err)
	require.Equal(t, "say(\"version 1\")\nsay(\"the end\")\n", cloned(t, s.Repository))

	second, err := s.Change(t.Context(), "version 2")
	require.NoError(t, err)
	require.NotEqual(t, first, second)
	require.Equal(t, "say(\"version 2\")\nsay(\"the end\")\n", cloned(t, s.Repository))
}

func TestSample_LineIsNotThere_IsAnErrorBeforeAnythingIsDeployed(t *testing.T) {
	t.Parallel()

	r := newTestRepository(t, "say(\"Hello\")\n")

	_, err := NewSample(t.Context(), r.Dir, "app.js", "Goodbye")
	require.ErrorContains(t, err, `app.js does not say "Goodbye"`)
}
