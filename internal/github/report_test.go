package github

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func TestStatus_IsSaidOfACommit(t *testing.T) {
	t.Parallel()

	b := setup(t)
	status := Status{State: Failure, Context: "zeitwork/production", Description: strings.Repeat("ä", 200), URL: "https://zeitwork.example/d/1"}
	require.NoError(t, b.installation.SetStatus(t.Context(), b.Repository, b.Commit, status))

	said := b.server.Statuses(b.Repository)
	require.Len(t, said, 1)
	require.Equal(t, "failure", said[0].State)
	require.Equal(t, strings.Repeat("ä", 139)+"…", said[0].Description)
	require.Equal(t, status.URL, said[0].TargetURL)

	err := b.installation.SetStatus(t.Context(), b.Repository, strings.Repeat("0", 40), status)
	require.Equal(t, Rejected, ReasonOf(err))

	b.server.ArchiveRepository(b.Repository, true)
	err = b.installation.SetStatus(t.Context(), b.Repository, b.Commit, status)
	require.Equal(t, Forbidden, ReasonOf(err))
}

func TestDeployment_IsMadeOnceWhateverIsRepeated(t *testing.T) {
	t.Parallel()

	b := setup(t)
	wanted := Deployment{Key: "0196", Commit: b.Commit, Environment: "production", Description: "a deployment", IsProduction: true}

	id, err := b.installation.EnsureDeployment(t.Context(), b.Repository, wanted)
	require.NoError(t, err)
	again, err := b.installation.EnsureDeployment(t.Context(), b.Repository, wanted)
	require.NoError(t, err)
	require.Equal(t, id, again)

	wanted.Key = "0197"
	other, err := b.installation.EnsureDeployment(t.Context(), b.Repository, wanted)
	require.NoError(t, err)
	require.NotEqual(t, id, other)

	state := DeploymentState{State: Success, Description: "live", URL: "https://shop.example", LogURL: "https://zeitwork.example/d/1"}
	for range 3 {
		require.NoError(t, b.installation.SetDeploymentState(t.Context(), b.Repository, id, state))
	}

	require.NoError(t, b.installation.SetDeploymentState(t.Context(), b.Repository, other, state))

	require.Equal(t, []string{"success", "inactive"}, b.server.DeploymentStates(b.Repository, id), "the one before is over")
	require.Equal(t, []string{"success"}, b.server.DeploymentStates(b.Repository, other))
}

func TestComment_IsWrittenOnceAndThenEdited(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.push("feature", "x")
	number := b.server.OpenPull(b.Repository, fakegithub.Pull{Head: "feature", User: githubtest.Developer})

	marker := Comment{Marker: "zeitwork:project-1"}
	// Somebody who copies the marker gets no comment of the platform's overwritten, nor their own.
	forged := marker.markerLine() + "\nmine"
	b.server.Comment(b.Repository, number, githubtest.Developer, forged)

	for range 120 {
		b.server.Comment(b.Repository, number, githubtest.Developer, "chatter")
	}

	for _, body := range []string{"building", "building", "https://feature.shop.example"} {
		require.NoError(t, b.installation.SetComment(t.Context(), b.Repository, number, Comment{Marker: marker.Marker, Body: body}))
	}

	require.NoError(t, b.installation.SetComment(t.Context(), b.Repository, number, Comment{Marker: "zeitwork:project-2", Body: "other"}))

	comments := b.server.Comments(b.Repository, number)
	require.Len(t, comments, 123)
	require.Equal(t, forged, comments[0])
	require.Equal(t, marker.markerLine()+"\nhttps://feature.shop.example", comments[121])
	require.Equal(t, "<!-- zeitwork:project-2 -->\nother", comments[122])
}

func TestComment_WhoseAnswerWasLost_IsFoundAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.push("feature", "x")
	number := b.server.OpenPull(b.Repository, fakegithub.Pull{Head: "feature"})
	comment := Comment{Marker: "zeitwork:project-1", Body: "building"}

	remove := b.server.AddFault(fakegithub.Fault{Path: "/api/v3/repositories/*/issues/*/comments", Lose: true})
	require.Equal(t, Unavailable, ReasonOf(b.installation.SetComment(t.Context(), b.Repository, number, comment)), "the list is lost")
	require.Empty(t, b.server.Comments(b.Repository, number))
	remove()

	posted := false
	remove = b.server.AddFault(fakegithub.Fault{Path: "/api/v3/repositories/*/issues/*/comments", Strike: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost && !posted {
			posted = true
			b.server.AddFault(fakegithub.Fault{Path: r.URL.Path, Times: 1, Lose: true})
		}

		return false
	}})
	defer remove()

	require.Equal(t, Unavailable, ReasonOf(b.installation.SetComment(t.Context(), b.Repository, number, comment)), "the answer is lost")
	require.NoError(t, b.installation.SetComment(t.Context(), b.Repository, number, comment))
	require.Len(t, b.server.Comments(b.Repository, number), 1)
}
