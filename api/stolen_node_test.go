package api

import (
	"bytes"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/registryauth"
)

// stolen is a node whose token somebody uses who is not its agent. It runs a VM of its own; another node runs the VM of a victim.
type stolen struct {
	*testBundle

	nodeID, tokenID uuid.UUID
	token           string
	thief           *client.ClientWithResponses
	own             uuid.UUID
	ownProject      client.Project
	victim          client.Deployment
	victimVM        uuid.UUID
}

const victimsSecret = "hunter2-of-the-victim"

func steal(t *testing.T) *stolen {
	t.Helper()

	s := &stolen{testBundle: setup(t)}

	made, err := s.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: "stolen", Region: "here", MaxMemoryBytes: new(8 * gibibyte)})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	s.nodeID, s.token = made.JSON201.Node.ID, made.JSON201.Token
	s.thief = s.as(t, s.token)

	tokens, err := s.owner.ListNodeTokensWithResponse(t.Context(), s.nodeID, nil)
	require.NoError(t, err)

	s.tokenID = tokens.JSON200.Items[0].ID

	victims := s.project(t)
	require.Equal(t, http.StatusOK, s.setVariable(t, victims, "PASSWORD", victimsSecret).StatusCode)
	s.victim = s.deployment(t, victims.ID)
	s.victimVM = s.vm(t, s.victim.ID)
	s.report(t, s.victimVM, "healthy")

	s.ownProject = s.project(t)
	s.own = s.place(t, s.deployment(t, s.ownProject.ID).ID, "10.72.2.2")

	return s
}

// place assigns a VM of the deployment to the stolen node.
func (s *stolen) place(t *testing.T, deployment uuid.UUID, address string) uuid.UUID {
	t.Helper()

	vm := id.New()
	require.NoError(t, s.queries.CreateVM(t.Context(), database.CreateVMParams{
		ID: vm, DeploymentID: deployment, NodeID: s.nodeID, Kind: "app", IP: netip.MustParseAddr(address), Port: 8080, CPUMillis: 100, MemoryBytes: 64 << 20,
	}))
	require.NoError(t, s.queries.Notify(t.Context(), database.ChannelNodes, s.nodeID.String()))

	return vm
}

// claim reports as the stolen node.
func (s *stolen) claim(t *testing.T, measures *client.NodeMeasures, vms ...client.VMReport) int {
	t.Helper()

	answer, err := s.thief.ReportNodeWithResponse(t.Context(), client.NodeReport{
		Version: "1", Runtime: "io.containerd.runc.v2", CPUMillis: 1_000_000, MemoryBytes: 1 << 50, VMS: append([]client.VMReport{}, vms...), Measures: measures,
	})
	require.NoError(t, err)

	return answer.StatusCode()
}

// pulls returns what of the repository the stolen node is given access to, or the status that it is refused with.
func (s *stolen) pulls(t *testing.T, repository string) (granted []string, status int) {
	t.Helper()

	query := "?service=" + registryauth.Service + "&scope=repository:" + repository + ":pull,push,delete"

	answer := s.send(t, http.MethodGet, "", "/v1/registry/token"+query, "", basic(registryauth.NodeUser, s.token))
	if answer.StatusCode != http.StatusOK {
		return nil, answer.StatusCode
	}

	return access(t, answer), answer.StatusCode
}

func TestStolenNode_ClaimsMemory_IsGivenNoMoreThanTheOperatorSet(t *testing.T) {
	t.Parallel()

	s := steal(t)
	require.Equal(t, http.StatusNoContent, s.claim(t, nil))

	node, err := s.owner.GetNodeWithResponse(t.Context(), s.nodeID)
	require.NoError(t, err)
	require.Equal(t, 7*gibibyte, node.JSON200.MemoryShareBytes)
}

func TestStolenNode_TellsOfOtherNodesVMs_ChangesNothingOfThem(t *testing.T) {
	t.Parallel()

	s := steal(t)
	row := func() (text string) {
		require.NoError(t, s.pool.QueryRow(t.Context(), "SELECT row_to_json(vms)::text FROM vms WHERE id = $1", s.victimVM).Scan(&text))

		return text
	}
	before := row()

	for _, state := range []client.VMReportState{"crashed", "exited", "failed", "removed"} {
		s.claim(t, nil, client.VMReport{ID: s.victimVM, State: state, Message: new("made up"), ExitCode: new(int64(0)), Restarts: 9})
	}

	usage := client.VMUsage{VMID: s.victimVM, Minute: minutesAgo(1), MeasuredMillis: 60_000, CPUMicros: 1_000_000}
	require.Equal(t, http.StatusNoContent, s.claim(t, new(nodeMeasures(usage))))

	shipped, err := s.thief.ShipLogsWithResponse(t.Context(), client.ShipLogsInputBody{
		VMID: s.victimVM, Lines: []client.ShippedLogLine{{Sequence: 1, Stream: "stdout", Line: "made up", LoggedAt: time.Now()}},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, shipped.StatusCode())

	require.Equal(t, before, row())
	require.Zero(t, s.sum(t, "measured_millis", "usage", minuteStep(), s.victim.ID))
}

func TestStolenNode_IsToldTheSecretsAndImagesOfItsOwnVMsAlone(t *testing.T) {
	t.Parallel()

	s := steal(t)

	given, err := s.thief.GetAssignmentsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, given.JSON200.VMS, 1)
	require.Equal(t, s.own, given.JSON200.VMS[0].ID)
	require.NotContains(t, string(given.Body), victimsSecret)

	// The thief claims to know a VM of another node: the answer does not tell of that VM.
	changes, err := s.thief.GetAssignmentChangesWithResponse(t.Context(), nil, client.KnownAssignments{VMS: []client.KnownVM{{ID: s.victimVM, Version: "old"}}})
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{s.own}, idsOf(changes.JSON200.VMS))
	require.NotContains(t, string(changes.Body), victimsSecret)

	mine := projectRepository(s.ownProject.ID)
	granted, _ := s.pulls(t, mine)
	require.Equal(t, []string{mine + ":pull"}, granted)

	for _, repository := range []string{
		projectRepository(s.victim.ProjectID), "sources/" + s.ownProject.ID.String(), "sources/" + s.victim.ProjectID.String(), "cache/" + s.ownProject.ID.String(),
	} {
		granted, _ := s.pulls(t, repository)
		require.Empty(t, granted, repository)
	}

	require.Equal(t, http.StatusNoContent, s.claim(t, nil, client.VMReport{ID: s.own, State: "removed"}))
	granted, _ = s.pulls(t, mine)
	require.Empty(t, granted, "nothing of that project is on it any more")
}

func TestStolenNode_AsksForWhatIsNotANodes_IsForbidden(t *testing.T) {
	t.Parallel()

	s := steal(t)

	for _, asked := range []struct{ method, path, body string }{
		{http.MethodGet, "/v1/nodes", ""},
		{http.MethodPatch, "/v1/nodes/" + s.nodeID.String(), `{"max_memory_bytes":1099511627776}`},
		{http.MethodPost, "/v1/nodes/" + s.testBundle.nodeID.String() + "/tokens", `{}`},
		{http.MethodGet, "/v1/edge/routes", ""},
		{http.MethodGet, "/v1/projects/" + s.ownProject.ID.String(), ""},
		{http.MethodGet, "/v1/deployments/" + s.victim.ID.String() + "/runtime-logs", ""},
	} {
		answer := s.send(t, asked.method, s.token, asked.path, asked.body, nil)
		require.Equal(t, http.StatusForbidden, answer.StatusCode, "%s %s: %s", asked.method, asked.path, answer.text)
	}
}

func TestStolenNode_MakesUpWhatItsOwnVMsDo_WithinBounds(t *testing.T) {
	t.Parallel()

	s := steal(t)
	usage := func(micros int64) *client.NodeMeasures {
		return new(nodeMeasures(client.VMUsage{VMID: s.own, Minute: minutesAgo(1), MeasuredMillis: 60_000, CPUMicros: micros}))
	}

	require.Equal(t, http.StatusNoContent, s.claim(t, usage(1_000_000_000_000), client.VMReport{ID: s.own, State: "healthy", Message: new(strings.Repeat("m", 2000))}))
	require.Equal(t, http.StatusUnprocessableEntity, s.claim(t, usage(1_000_000_000_001)))
	require.Equal(t, http.StatusUnprocessableEntity, s.claim(t, nil, client.VMReport{ID: s.own, State: "healthy", Message: new(strings.Repeat("m", 2001))}))

	shipped, err := s.thief.ShipLogsWithResponse(t.Context(), client.ShipLogsInputBody{
		VMID: s.own, Lines: []client.ShippedLogLine{{Sequence: 1, Stream: "stdout", Line: strings.Repeat("l", 20_001), LoggedAt: time.Now()}},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, shipped.StatusCode())
}

func TestStolenNode_TokenRevoked_EndsAtOnceAlsoWhileItWaits(t *testing.T) {
	t.Parallel()

	s := steal(t)

	given, err := s.thief.GetAssignmentsWithResponse(t.Context(), nil)
	require.NoError(t, err)

	known := client.KnownAssignments{VMS: []client.KnownVM{{ID: s.own}}}
	told, err := s.thief.GetAssignmentChangesWithResponse(t.Context(), nil, known)
	require.NoError(t, err)

	known.NetworkVersion, known.VMS[0].Version = &told.JSON200.NetworkVersion, *told.JSON200.VMS[0].Version
	waited := make(chan *client.GetAssignmentsResponse, 1)

	// The first look of the request that waits is what writes its capabilities.
	go func() {
		answer, _ := s.thief.GetAssignmentsWithResponse(t.Context(), &client.GetAssignmentsParams{
			IfNoneMatch: new(given.HTTPResponse.Header.Get("ETag")), WaitSeconds: new(int64(60)), Capabilities: &[]string{"release"},
		})
		waited <- answer
	}()

	followed := make(chan *client.GetAssignmentChangesResponse, 1)

	go func() {
		answer, _ := s.thief.GetAssignmentChangesWithResponse(t.Context(), &client.GetAssignmentChangesParams{
			WaitSeconds: new(int64(60)), Capabilities: &[]string{"release"},
		}, known)
		followed <- answer
	}()

	require.Eventually(t, func() bool {
		node, err := s.queries.LockNode(t.Context(), s.nodeID)

		return err == nil && len(node.Capabilities) == 1
	}, 10*time.Second, 10*time.Millisecond)

	revoked, err := s.owner.RevokeNodeTokenWithResponse(t.Context(), s.nodeID, s.tokenID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, revoked.StatusCode())

	// Placement may not know yet that the node is away.
	s.place(t, s.victim.ID, "10.72.2.3")
	require.Equal(t, http.StatusUnauthorized, (<-waited).StatusCode())
	require.Equal(t, http.StatusUnauthorized, (<-followed).StatusCode())

	require.Equal(t, http.StatusUnauthorized, s.claim(t, nil))
	_, status := s.pulls(t, projectRepository(s.ownProject.ID))
	require.Equal(t, http.StatusUnauthorized, status)
}

func TestStolenNode_CopiedTokenWithoutItsKey_OpensNothing(t *testing.T) {
	t.Parallel()

	s := steal(t)
	machine := s.join(t, s.nodeID, newKey(t))
	s.token, s.thief = machine.token, s.as(t, machine.token)

	given, err := machine.api.GetAssignmentsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, given.JSON200.VMS, 1, "with its key it works")

	const report = `{"version":"1","runtime":"runc","cpu_millis":1,"memory_bytes":1,"vms":[]}`

	for _, asked := range []struct{ method, path, body string }{
		{http.MethodGet, "/v1/node/assignments", ""},
		{http.MethodPost, "/v1/node/report", report},
		{http.MethodPost, "/v1/node/logs", `{"vm_id":"` + s.own.String() + `","lines":[]}`},
		{http.MethodPost, "/v1/node/token", `{"public_key":"` + httpsignature.PublicKey(newKey(t)) + `"}`},
	} {
		answer := s.send(t, asked.method, s.token, asked.path, asked.body, http.Header{"Content-Type": {"application/json"}})
		require.Equal(t, http.StatusUnauthorized, answer.StatusCode, asked.path)
		require.Contains(t, answer.text, "of use on its node's machine alone", asked.path)

		thief := s.machine(t, newKey(t), s.token)
		status := thief.send(t, asked.method, s.http.URL+asked.path, asked.body, time.Now(), nil)
		require.Equal(t, http.StatusUnauthorized, status, "with a key of the thief's")
	}

	_, status := s.pulls(t, projectRepository(s.ownProject.ID))
	require.Equal(t, http.StatusUnauthorized, status)
}

func TestStolenNode_BoundMachine_PullsWithItsSignature(t *testing.T) {
	t.Parallel()

	s := steal(t)
	machine := s.join(t, s.nodeID, newKey(t))
	mine := projectRepository(s.ownProject.ID)
	query := "service=" + registryauth.Service + "&scope=repository:" + mine + ":pull"

	basicAuth, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.http.URL+"/v1/registry/token?"+query, http.NoBody)
	require.NoError(t, err)
	basicAuth.SetBasicAuth(registryauth.NodeUser, machine.token)

	form := "grant_type=password&username=" + registryauth.NodeUser + "&password=" + machine.token + "&" + query
	password, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.http.URL+"/v1/registry/token", strings.NewReader(form))
	require.NoError(t, err)
	password.Header.Set("Content-Type", "application/x-www-form-urlencoded")

	signing := &httpsignature.Transport{Key: machine.key, Next: http.DefaultTransport}

	for _, request := range []*http.Request{basicAuth, password} {
		response, err := signing.RoundTrip(request)
		require.NoError(t, err)

		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode, "%s", text)
		require.Equal(t, []string{mine + ":pull"}, access(t, answered{Response: response, text: string(text)}))
	}
}

func TestStolenNode_ReplayAfterTheWindow_IsRefused(t *testing.T) {
	t.Parallel()

	s := steal(t)
	machine, target := s.join(t, s.nodeID, newKey(t)), s.http.URL+"/v1/node/assignments"

	require.Equal(t, http.StatusOK, machine.send(t, http.MethodGet, target, "", time.Now().Add(5*time.Second-httpsignature.Window), nil))
	require.Equal(t, http.StatusUnauthorized, machine.send(t, http.MethodGet, target, "", time.Now().Add(-httpsignature.Window-time.Second), nil))
	require.Equal(t, http.StatusUnauthorized, machine.send(t, http.MethodGet, target, "", time.Now().Add(httpsignature.Window+2*time.Second), nil))
}

func TestStolenNode_SignatureOfOneRequest_DoesNotOpenAnother(t *testing.T) {
	t.Parallel()

	const report = `{"version":"1","runtime":"runc","cpu_millis":1,"memory_bytes":1,"vms":[]}`

	s := steal(t)
	machine := s.join(t, s.nodeID, newKey(t))
	send := func(change func(*http.Request)) int {
		return machine.send(t, http.MethodPost, s.http.URL+"/v1/node/report", report, time.Now(), change)
	}

	require.Equal(t, http.StatusNoContent, send(nil))

	for name, change := range map[string]func(r *http.Request){
		"another operation": func(r *http.Request) { r.URL.Path = "/v1/node/logs" },
		"another method": func(r *http.Request) {
			r.Method, r.URL.Path, r.Body, r.ContentLength = http.MethodGet, "/v1/node/assignments", http.NoBody, 0
		},
		"a query": func(r *http.Request) { r.URL.RawQuery = "wait_seconds=60" },
		"another body": func(r *http.Request) {
			r.Body = io.NopCloser(bytes.NewReader([]byte(strings.Replace(report, `"cpu_millis":1`, `"cpu_millis":9`, 1))))
		},
	} {
		require.Equal(t, http.StatusUnauthorized, send(change), name)
	}
}
