package complaint_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/complaint"
)

func TestExplain_FirstComplaintOfTheOutput_IsExplained(t *testing.T) {
	t.Parallel()

	complaints := []complaint.Complaint{
		{Says: regexp.MustCompile(`no module (\w+)\nneeded by (\w+)`), Sentence: "$2 needs $1. Set $${TOKEN}."},
		{Says: regexp.MustCompile(`no module`), Sentence: "A module is missing."},
	}

	sentence, ok := complaint.Explain(complaints, "building\nno module a\nneeded by b\n")
	require.True(t, ok)
	require.Equal(t, "b needs a. Set ${TOKEN}.", sentence)

	sentence, ok = complaint.Explain(complaints, "no module a\n")
	require.True(t, ok)
	require.Equal(t, "A module is missing.", sentence)

	_, ok = complaint.Explain(complaints, "done\n")
	require.False(t, ok)
}
