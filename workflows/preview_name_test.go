package workflows

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPreviewSlugs_AreWhatTheBranchIsInAHostname(t *testing.T) {
	t.Parallel()

	for branch, first := range map[string]string{
		"feature/x": "feature-x", "Feature_X": "feature-x", "renovate/go-1.26.x": "renovate-go-1-26-x", "--": "branch-", "ä": "branch-",
	} {
		require.True(t, strings.HasPrefix(previewSlugs("shop", branch)[0], first), "%s: %v", branch, previewSlugs("shop", branch))
	}

	one, other := previewSlugs("shop", "feature/x"), previewSlugs("shop", "feature-x")
	require.Equal(t, one[0], other[0])
	require.NotEqual(t, one[1], other[1], "branches of one slug differ in the suffix")
	require.Equal(t, one, previewSlugs("shop", "feature/x"), "a branch keeps its name")
}

func TestPreviewSlugs_WithTheProject_FitIntoALabel(t *testing.T) {
	t.Parallel()

	for _, project := range []string{"a", strings.Repeat("p", 40)} {
		for _, branch := range []string{strings.Repeat("b", 255), strings.Repeat("b-", 100), "x", strings.Repeat("b", 62-len(project))} {
			for _, slug := range previewSlugs(project, branch) {
				require.LessOrEqual(t, len(project+"-"+slug), 63)
				require.Regexp(t, "^[a-z0-9]+(-[a-z0-9]+)*$", slug)
			}
		}
	}

	require.NotEqual(t, previewSlugs("a", strings.Repeat("b", 254)), previewSlugs("a", strings.Repeat("b", 255)), "what is cut differs in the suffix")
}
