package api

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// ship sends lines of a VM, with sequences from first on.
func (b *testBundle) ship(t *testing.T, vm uuid.UUID, first int64, lines ...string) {
	t.Helper()

	answer, err := b.node.ShipLogsWithResponse(t.Context(), client.ShipLogsInputBody{
		VMID: vm, Lines: lo.Map(lines, func(line string, i int) client.ShippedLogLine {
			return client.ShippedLogLine{Sequence: first + int64(i), Stream: "stdout", Line: line, LoggedAt: time.Now()}
		}),
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode(), "%s", answer.Body)
}

func (b *testBundle) assignments(t *testing.T, etag string) *client.GetAssignmentsResponse {
	t.Helper()

	answer, err := b.node.GetAssignmentsWithResponse(t.Context(), &client.GetAssignmentsParams{IfNoneMatch: &etag})
	require.NoError(t, err)

	return answer
}

func (b *testBundle) routes(t *testing.T, etag string, wait int64) *client.GetRoutesResponse {
	t.Helper()

	answer, err := b.edge.GetRoutesWithResponse(t.Context(), &client.GetRoutesParams{IfNoneMatch: &etag, WaitSeconds: &wait})
	require.NoError(t, err)

	return answer
}

func TestAssignments_AreSentAgainOnlyWhenTheyChange(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	digest := "sha256:" + strings.Repeat("a", 64)
	require.NoError(t, b.queries.SetDeploymentImageDigest(t.Context(), &digest, deployment.ID))

	empty := b.assignments(t, "")
	require.NotNil(t, empty.JSON200, "%s", empty.Body)
	require.Empty(t, empty.JSON200.VMS)
	require.Equal(t, "10.72.1.0/24", empty.JSON200.Prefix)
	require.Equal(t, "10.72.0.0/13", empty.JSON200.ClusterRange)

	etag := empty.HTTPResponse.Header.Get("ETag")
	require.Equal(t, http.StatusNotModified, b.assignments(t, etag).StatusCode())

	waiting := make(chan *client.GetAssignmentsResponse)

	go func() {
		answer, _ := b.node.GetAssignmentsWithResponse(t.Context(), &client.GetAssignmentsParams{IfNoneMatch: &etag, WaitSeconds: lo.ToPtr[int64](30)})
		waiting <- answer
	}()

	vm := b.vm(t, deployment.ID)
	woken := <-waiting
	require.NotNil(t, woken.JSON200)
	require.Len(t, woken.JSON200.VMS, 1)

	assigned := woken.JSON200.VMS[0]
	require.Equal(t, vm, assigned.ID)
	require.Equal(t, "registry.example.com/projects/"+deployment.ProjectID.String()+"@"+digest, assigned.Image)
	require.Equal(t, "10.72.1.2", assigned.IP)
	require.Equal(t, client.AssignedVMDesiredState("running"), assigned.DesiredState)

	require.Regexp(t, "^app-", (*assigned.Facts)["ZEITWORK_PROJECT"])
	require.Equal(t, deployment.ID.String(), (*assigned.Facts)["ZEITWORK_DEPLOYMENT_ID"])
	require.Equal(t, "main", (*assigned.Facts)["ZEITWORK_BRANCH"])
	require.Contains(t, *assigned.Facts, "ZEITWORK_COMMIT")
	require.EqualValues(t, 30, assigned.GraceSeconds)

	// Stored lines are told, and nothing to wake for.
	b.ship(t, vm, 1, "a", "b")
	require.Equal(t, http.StatusNotModified, b.assignments(t, woken.HTTPResponse.Header.Get("ETag")).StatusCode())
	require.EqualValues(t, 2, b.assignments(t, "").JSON200.VMS[0].LogSequence)

	b.report(t, vm, "removed")
	require.Empty(t, b.assignments(t, "").JSON200.VMS)
}

func TestAssignments_SayHowVisitorsReachTheAppAndHowLongItMayTakeToEnd(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	b.vm(t, b.deployment(t, project.ID).ID)
	generated := project.URL
	require.Equal(t, []string{generated}, *b.assigned(t)[0].Origins)

	domain := b.domain(t, b.owner, project.ID, "shop.example.com")
	require.Equal(t, []string{generated}, *b.assigned(t)[0].Origins, "nothing answers on what is only claimed")
	b.proves(t, domain)

	scheme, rest, _ := strings.Cut(generated, "://")
	_, port, _ := strings.Cut(rest, ":")
	own := scheme + "://" + strings.TrimSuffix("shop.example.com:"+port, ":")
	require.Equal(t, []string{own, generated}, *b.assigned(t)[0].Origins, "what the user chose comes first")

	updated, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{
		GraceSeconds: lo.ToPtr[int64](120), StartSeconds: lo.ToPtr[int64](300),
	})
	require.NoError(t, err)
	require.EqualValues(t, 120, *updated.JSON200.GraceSeconds)
	require.EqualValues(t, 300, *updated.JSON200.StartSeconds)
	require.EqualValues(t, 120, b.assigned(t)[0].GraceSeconds)

	updated, err = b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{
		GraceSeconds: lo.ToPtr[int64](0), StartSeconds: lo.ToPtr[int64](0),
	})
	require.NoError(t, err)
	require.Nil(t, updated.JSON200.GraceSeconds)
	require.Nil(t, updated.JSON200.StartSeconds)
	require.EqualValues(t, 30, b.assigned(t)[0].GraceSeconds)
}

func TestReport_StoresHowNodesAndVMsAre(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	vm := b.vm(t, deployment.ID)

	answer, err := b.node.ReportNodeWithResponse(t.Context(), client.NodeReport{
		Version: "1.2", Runtime: "kata", CPUMillis: 4000, MemoryBytes: 8 << 30,
		VMS: []client.VMReport{
			{ID: vm, State: "crashed", Message: new("It ended with exit code 1.\x00"), ExitCode: lo.ToPtr[int64](1), Restarts: 3},
			{ID: uuid.New(), State: "healthy"},
		},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode(), "%s", answer.Body)

	nodes, err := b.owner.ListNodesWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "kata", nodes.JSON200.Items[0].Runtime)
	require.EqualValues(t, 1, nodes.JSON200.Items[0].VMS)
	require.NotNil(t, nodes.JSON200.Items[0].LastSeenAt)

	shown, err := b.owner.GetDeploymentWithResponse(t.Context(), deployment.ID)
	require.NoError(t, err)
	require.Equal(t, client.VMState("crashed"), (*shown.JSON200.VMS)[0].State)
	require.Equal(t, "It ended with exit code 1.\uFFFD", *(*shown.JSON200.VMS)[0].Message)
	require.EqualValues(t, 3, (*shown.JSON200.VMS)[0].Restarts)
}

func TestReport_NodeThatEdgesCannotReach_SaysWhy_AndSinceWhenIsKept(t *testing.T) {
	t.Parallel()

	b := setup(t)

	var since []time.Time

	for _, reason := range []string{"tailscale is stopped.", "The machine is logged out.", ""} {
		answer, err := b.node.ReportNodeWithResponse(t.Context(), client.NodeReport{Version: "1.2", Runtime: "kata", Unreachable: &reason, VMS: []client.VMReport{}})
		require.NoError(t, err)
		require.Equal(t, http.StatusNoContent, answer.StatusCode(), "%s", answer.Body)

		// As of an agent that has just started, and not looked yet.
		answer, err = b.node.ReportNodeWithResponse(t.Context(), client.NodeReport{Version: "1.2", Runtime: "kata", VMS: []client.VMReport{}})
		require.NoError(t, err)
		require.Equal(t, http.StatusNoContent, answer.StatusCode(), "%s", answer.Body)

		nodes, err := b.owner.ListNodesWithResponse(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, lo.EmptyableToPtr(reason), nodes.JSON200.Items[0].Unreachable)
		require.True(t, nodes.JSON200.Items[0].InTouch)

		if reason == "" {
			require.Equal(t, 1, b.count(t, "SELECT count(*) FROM nodes WHERE unreachable_since IS NULL"))

			continue
		}

		var at time.Time
		require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT unreachable_since FROM nodes").Scan(&at))

		since = append(since, at)
	}

	require.Equal(t, since[0], since[1], "another reason does not begin the lease anew")
}

func TestShippedLines_AreStoredOnceAndOnlyFromTheVMsNode(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	vm := b.vm(t, deployment.ID)

	b.ship(t, vm, 1, "one", "two\x00")
	b.ship(t, vm, 2, "two again", "three")

	logs, err := b.owner.ListRuntimeLogsWithResponse(t.Context(), deployment.ID, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"one", "two\uFFFD", "three"}, lo.Map(logs.JSON200.Items, func(l client.LogLine, _ int) string { return l.Line }))

	made, err := b.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: "node-2", Region: "there"})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)
	require.Equal(t, "10.72.2.0/24", made.JSON201.Node.Prefix)

	foreign, err := b.as(t, made.JSON201.Token).ShipLogsWithResponse(t.Context(), client.ShipLogsInputBody{VMID: vm, Lines: []client.ShippedLogLine{}})
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, foreign.StatusCode())
}

func TestRoutes_FollowFlipsAndHealth(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	table := b.routes(t, "", 0)
	require.NotNil(t, table.JSON200, "%s", table.Body)
	require.Equal(t, client.RouteState("empty"), table.JSON200.Routes[0].State)

	deployment := b.deployment(t, project.ID)
	vm := b.vm(t, deployment.ID)
	b.report(t, vm, "healthy")

	etag := b.routes(t, "", 0).HTTPResponse.Header.Get("ETag")
	waiting := make(chan *client.GetRoutesResponse)

	go func() {
		answer, _ := b.edge.GetRoutesWithResponse(t.Context(), &client.GetRoutesParams{IfNoneMatch: &etag, WaitSeconds: lo.ToPtr[int64](30)})
		waiting <- answer
	}()

	b.flip(t, project.ID, deployment.ID)

	live := (<-waiting).JSON200
	require.Equal(t, client.RouteState("live"), live.Routes[0].State)
	require.Equal(t, []client.Upstream{{VMID: vm, Address: "10.72.1.2:8080", Region: "here"}}, live.Routes[0].Upstreams)

	// The edge serves from a version once it asks with it.
	behind, err := b.queries.CountEdgesBehind(t.Context(), live.Version, time.Minute)
	require.NoError(t, err)
	require.EqualValues(t, 1, behind)

	require.Equal(t, http.StatusNotModified, b.routes(t, routesETag(live.Version), 0).StatusCode())

	behind, err = b.queries.CountEdgesBehind(t.Context(), live.Version, time.Minute)
	require.NoError(t, err)
	require.Zero(t, behind)

	// A VM that is not well any more is no upstream.
	b.report(t, vm, "unhealthy")

	down := b.routes(t, routesETag(live.Version), 30).JSON200
	require.Greater(t, down.Version, live.Version)
	require.Empty(t, down.Routes[0].Upstreams)
	require.Equal(t, client.RouteState("live"), down.Routes[0].State)

	// A version that never was is not acknowledged.
	require.NotNil(t, b.routes(t, `"999999"`, 0).JSON200)
}

func TestNodes_AreDeletedOnlyWithoutVMs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(t, b.deployment(t, b.project(t).ID).ID)

	drained, err := b.owner.UpdateNodeWithResponse(t.Context(), b.nodeID, client.NodeUpdate{State: new(client.NodeUpdateStateDraining)})
	require.NoError(t, err)
	require.Equal(t, client.NodeState("draining"), drained.JSON200.State)

	refused, err := b.owner.DeleteNodeWithResponse(t.Context(), b.nodeID)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.StatusCode())

	b.report(t, vm, "removed")

	deleted, err := b.owner.DeleteNodeWithResponse(t.Context(), b.nodeID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode(), "%s", deleted.Body)

	signedOut, err := b.node.GetAssignmentsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, signedOut.StatusCode())
}

func TestNodes_ThatVanished_AreDeletedOnceNothingIsToRunThere(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	b.report(t, b.vm(t, deployment.ID), "healthy")

	remove := func() int {
		answer, err := b.owner.DeleteNodeWithResponse(t.Context(), b.nodeID)
		require.NoError(t, err)

		return answer.StatusCode()
	}

	_, err := b.queries.StopVMs(t.Context(), deployment.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, remove(), "the node is there and will remove its VM")

	_, err = b.pool.Exec(t.Context(), "UPDATE vms SET desired_state = 'running'")
	require.NoError(t, err)
	_, err = b.pool.Exec(t.Context(), "UPDATE nodes SET last_seen_at = now() - interval '10 minutes'")
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, remove(), "the VM has not been replaced")

	_, err = b.queries.StopVMs(t.Context(), deployment.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, remove())

	present, err := b.queries.CountPresentVMs(t.Context(), deployment.ID)
	require.NoError(t, err)
	require.Zero(t, present, "nobody waits for the VM any more")
}

// A flip reads the VMs as they were before a report that is under way.
func TestReport_CommittedBehindAFlipThatDidNotSeeIt_ChangesTheRouteTable(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := b.deployment(t, project.ID)
	vm := b.vm(t, deployment.ID)
	b.report(t, vm, "healthy")

	report, err := b.pool.Begin(t.Context())
	require.NoError(t, err)

	defer func() { _ = report.Rollback(context.WithoutCancel(t.Context())) }()

	require.NoError(t, database.New(report).RecordVMReport(t.Context(), database.RecordVMReportParams{ID: vm, State: "unhealthy"}))

	b.flip(t, project.ID, deployment.ID)

	flipped := b.routes(t, "", 0).JSON200
	require.Len(t, flipped.Routes[0].Upstreams, 1)

	require.NoError(t, report.Commit(t.Context()))

	reported := b.changedRoutes(t, flipped, 30).JSON200
	require.Greater(t, reported.Version, flipped.Version)
	require.Empty(t, reported.Routes[0].Upstreams)
}

func TestBootstrap_RunTwice_ChangesNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	count := func() (rows int) {
		const query = `SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM organisations) + (SELECT count(*) FROM nodes)
			+ (SELECT count(*) FROM edges) + (SELECT count(*) FROM api_tokens)`
		require.NoError(t, b.pool.QueryRow(t.Context(), query).Scan(&rows))

		return rows
	}
	before := count()

	require.NoError(t, Bootstrap{
		Email: "owner@example.com", Organisation: "first", Node: "node-1", Edge: "edge-1", Region: "here",
		ClusterRange: netip.MustParsePrefix("10.72.0.0/13"), Tokens: b.tokens,
	}.Run(t.Context(), b.pool))
	require.Equal(t, before, count())

	me, err := b.owner.GetMeWithResponse(t.Context())
	require.NoError(t, err)
	require.True(t, me.JSON200.User.Operator)
	require.Equal(t, "first", me.JSON200.Organisations[0].Slug)

	require.NotContains(t, b.log.String(), b.tokens.User)
}

// releaseVM assigns the VM of a release command to the node.
func (b *testBundle) releaseVM(t *testing.T, deployment uuid.UUID) uuid.UUID {
	t.Helper()

	vm := id.New()
	require.NoError(t, b.queries.CreateVM(t.Context(), database.CreateVMParams{
		ID: vm, DeploymentID: deployment, NodeID: b.nodeID, Kind: "release", Command: []string{"/bin/sh", "-c", "migrate"},
		IP: netip.MustParseAddr("10.72.1.3"), CPUMillis: 100, MemoryBytes: 64 << 20,
	}))

	return vm
}

func (b *testBundle) assigned(t *testing.T, capabilities ...string) []client.AssignedVM {
	t.Helper()

	answer, err := b.node.GetAssignmentsWithResponse(t.Context(), &client.GetAssignmentsParams{Capabilities: &capabilities})
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return answer.JSON200.VMS
}

func TestAssignments_ReleaseVM_IsGivenToAgentsThatCanRunItOnly(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID).ID
	app, release := b.vm(t, deployment), b.releaseVM(t, deployment)
	ids := func(vms []client.AssignedVM) []uuid.UUID {
		return lo.Map(vms, func(vm client.AssignedVM, _ int) uuid.UUID { return vm.ID })
	}
	kept := func() []string {
		node, err := b.queries.LockNode(t.Context(), b.nodeID)
		require.NoError(t, err)

		return node.Capabilities
	}

	given := b.assigned(t, "release", "flying")
	require.Equal(t, []uuid.UUID{app, release}, ids(given))
	require.Equal(t, client.AssignedVMKindApp, given[0].Kind)
	require.Nil(t, given[0].Command)
	require.Equal(t, client.AssignedVMKindRelease, given[1].Kind)
	require.Equal(t, []string{"/bin/sh", "-c", "migrate"}, *given[1].Command)
	require.Zero(t, given[1].Port)
	require.Equal(t, []string{"release"}, kept())

	require.Equal(t, []uuid.UUID{app}, ids(b.assigned(t)), "it would run the app instead")
	require.Empty(t, kept())

	_, err := b.queries.StopReleaseVM(t.Context(), deployment)
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{app, release}, ids(b.assigned(t)), "any agent can remove it")
}

func TestReport_ReleaseVM_KeepsItsExitCodeAndIsNoUpstream(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := b.deployment(t, project.ID).ID
	release := b.releaseVM(t, deployment)
	b.flip(t, project.ID, deployment)
	require.False(t, lo.FromPtr(b.assigned(t, "release")[0].Begun))

	report := func(state client.VMReportState, code *int64) {
		answer, err := b.node.ReportNodeWithResponse(t.Context(), client.NodeReport{
			Version: "1", Runtime: "runc", VMS: []client.VMReport{{ID: release, State: state, ExitCode: code}},
		})
		require.NoError(t, err)
		require.Equal(t, http.StatusNoContent, answer.StatusCode(), "%s", answer.Body)
	}

	report(client.VMReportStateRunning, nil)
	require.True(t, *b.assigned(t, "release")[0].Begun)
	report(client.VMReportStateExited, new(int64(3)))
	report(client.VMReportStateHealthy, nil)
	require.Empty(t, b.routes(t, "", 0).JSON200.Routes[0].Upstreams)

	answer, err := b.owner.GetDeploymentWithResponse(t.Context(), deployment)
	require.NoError(t, err)
	require.EqualValues(t, 3, *(*answer.JSON200.VMS)[0].ExitCode, "an agent that starts anew does not know it any more")
	require.Equal(t, client.VMKindRelease, (*answer.JSON200.VMS)[0].Kind)
}

func TestReport_OnlyTimeThatTheNodeTellsOf_CountsAgainstItsVMs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	vm := id.New()
	require.NoError(t, b.queries.CreateVM(t.Context(), database.CreateVMParams{
		ID: vm, DeploymentID: deployment.ID, NodeID: b.nodeID, Kind: "app", IP: netip.MustParseAddr("10.72.1.2"), Port: 80, CPUMillis: 100, MemoryBytes: 1 << 20,
	}))

	exec := func(statement string) {
		_, err := b.pool.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	// waited returns how long the VM has taken to start, and how long it has been without health, in seconds.
	waited := func() (starting, unhealthy float64) {
		require.NoError(t, b.pool.QueryRow(t.Context(),
			"SELECT extract(epoch FROM starting_for)::float8, extract(epoch FROM unhealthy_for)::float8 FROM vms WHERE id = $1", vm).Scan(&starting, &unhealthy))

		return starting, unhealthy
	}
	report := func(state client.VMReportState) {
		answer, err := b.node.ReportNodeWithResponse(t.Context(), client.NodeReport{VMS: []client.VMReport{{ID: vm, State: state}}})
		require.NoError(t, err)
		require.Equal(t, http.StatusNoContent, answer.StatusCode(), "%s", answer.Body)
	}

	exec("UPDATE vms SET created_at = now() - interval '1 hour'")
	report("pulling")

	starting, unhealthy := waited()
	require.Zero(t, starting, "it is the node's first report: it tells of no time")
	require.Zero(t, unhealthy)

	exec("UPDATE nodes SET last_seen_at = now() - interval '4 seconds'")
	report("running")

	starting, unhealthy = waited()
	require.InDelta(t, 4, starting, 1, "until now it was pulling")
	require.Zero(t, unhealthy)

	// The node or the api was away for an hour: at most two of an agent's intervals count.
	exec("UPDATE nodes SET last_seen_at = now() - interval '1 hour'")
	report("running")

	starting, unhealthy = waited()
	require.InDelta(t, 4, starting, 1)
	require.InDelta(t, 10, unhealthy, 1)

	report("healthy")

	_, unhealthy = waited()
	require.Zero(t, unhealthy, "what was before it was healthy is forgotten")
}
