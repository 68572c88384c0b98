package problem_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestError_InTheMiddleOfAChain_GivesCodeAndSentence(t *testing.T) {
	t.Parallel()

	err := fmt.Errorf("clone: %w", problem.Wrap(io.ErrUnexpectedEOF, problem.NotFound, "The branch %q is not there.", "main"))

	require.Equal(t, problem.NotFound, problem.CodeOf(err))
	require.Equal(t, `The branch "main" is not there.`, problem.MessageOf(err))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Equal(t, `clone: The branch "main" is not there.: unexpected EOF`, err.Error())
}

func TestError_TwoInAChain_TheOuterCounts(t *testing.T) {
	t.Parallel()

	inner := problem.New(problem.Internal, "inner")
	require.Equal(t, problem.Invalid, problem.CodeOf(problem.Wrap(inner, problem.Invalid, "outer")))
}

func TestError_None_IsInternalAndTellsNothing(t *testing.T) {
	t.Parallel()

	err := errors.New("canary")
	require.Equal(t, problem.Internal, problem.CodeOf(err))
	require.NotContains(t, problem.MessageOf(err), "canary")
	require.False(t, problem.IsUsers(err))
}

func TestMessageOf_NeverHoldsTheCause(t *testing.T) {
	t.Parallel()

	require.NotContains(t, problem.MessageOf(problem.Wrap(errors.New("canary"), problem.Unavailable, "The registry does not answer.")), "canary")
}

func TestIsUsers(t *testing.T) {
	t.Parallel()

	for code, want := range map[problem.Code]bool{
		problem.Conflict: true, problem.Invalid: true, problem.NotFound: true, problem.Unauthorized: true, problem.Forbidden: true,
		problem.Unavailable: false, problem.Internal: false, "unheard-of": false,
	} {
		require.Equal(t, want, problem.IsUsers(problem.New(code, "It failed.")), code)
	}
}
