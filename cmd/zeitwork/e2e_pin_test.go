package main_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestRollback_PinsTheProject_PushesWaitUntilItIsUnpinned(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, serving("good"))
	project := p.project(t, r, func(b *client.CreateProjectInputBody) { b.AutoDeploy = new(true) })
	good := p.live(t, project)
	p.awaitPolls(t, project, 1)

	// The poll is to see the bad commit only when somebody has deployed it by hand and has gone back already.
	p.setPollDue(t, project, new(time.Now().Add(time.Hour)))
	r.push(serving("bad"))
	p.live(t, project)

	code, stdout, stderr := p.command(t, "rollback", good.ID.String())
	require.Equal(t, exitOK, code, "%s\n%s", stdout, stderr)
	require.Contains(t, stderr, "`zeitwork unpin`")
	p.answers(t, project, "good")

	before := p.deployments(t, project)
	p.setPollDue(t, project, nil)
	p.awaitPolls(t, project, 2)
	require.Len(t, p.deployments(t, project), len(before), "the poll deployed what was gone back from")
	p.answers(t, project, "good")

	commit := r.push(serving("mended"))

	var held client.Deployment

	require.Eventually(t, func() bool {
		held = p.deployments(t, project)[0]

		return held.HeldAt != nil
	}, deployTime, 50*time.Millisecond, "the push is not held")

	require.Equal(t, commit, *held.CommitSHA)
	require.NotNil(t, held.ImageDigest, "it is built")
	require.Empty(t, p.vmIDs(t, held.ID), "nothing of it runs")
	p.answers(t, project, "good")

	code, stdout, stderr = p.command(t, "deployments", "-p", project.Slug)
	require.Equal(t, exitOK, code, stderr)
	require.Regexp(t, held.ID.String()+` +held `, stdout)

	code, stdout, stderr = p.command(t, "unpin", "-p", project.Slug)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, held.ID.String())

	require.Equal(t, client.DeploymentState("live"), p.ended(t, held.ID).State)
	p.answers(t, project, "mended")
}

// deployments are the project's newest deployments, newest first.
func (p *platform) deployments(t *testing.T, project client.Project) []client.Deployment {
	t.Helper()

	answer, err := p.client.ListDeploymentsWithResponse(t.Context(), project.ID, nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return answer.JSON200.Items
}

// awaitPolls waits until the project's repository was looked at that many times from now on.
func (p *platform) awaitPolls(t *testing.T, project client.Project, polls int) {
	t.Helper()

	connection := connectDatabase(t)
	polledAt := func() (at *time.Time, err error) {
		err = connection.QueryRow(t.Context(), "SELECT polled_at FROM projects WHERE id = $1", project.ID).Scan(&at)

		return at, err
	}

	for range polls {
		before, err := polledAt()
		require.NoError(t, err)

		require.Eventually(t, func() bool {
			now, err := polledAt()

			return err == nil && now != nil && (before == nil || now.After(*before))
		}, time.Minute, 50*time.Millisecond, "the repository is not polled")
	}
}

// setPollDue has the platform look at the project's repository then; nil: at once.
func (p *platform) setPollDue(t *testing.T, project client.Project, at *time.Time) {
	t.Helper()

	_, err := connectDatabase(t).Exec(t.Context(), "UPDATE projects SET poll_due_at = $2 WHERE id = $1", project.ID, at)
	require.NoError(t, err)
}

func connectDatabase(t *testing.T) *pgx.Conn {
	t.Helper()

	connection, err := pgx.Connect(t.Context(), shared.platform.DatabaseURL())
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close(context.WithoutCancel(t.Context())) })

	return connection
}
