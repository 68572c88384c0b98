package database_test

import (
	"crypto/sha256"
	"maps"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Kinds of seed_id in scale.sql.
const (
	kindUser         = 1
	kindOrganisation = 2
	kindProject      = 3
	kindDeployment   = 6
	kindNode         = 7
	kindVM           = 8
	kindDomain       = 9
	kindEdge         = 10
	kindToken        = 11
	kindStep         = 12
	kindPreview      = 15
)

// What scale.sql makes.
const (
	nodes                 = 1_000
	edges                 = 100
	deploymentsPerProject = 10
	domains               = 100_000
	previews              = 2_000
	projects              = 10_000
	presentVMs            = 19_980
	restingVMs            = 200
	warm                  = 50 // Retired deployments, with two VMs each.
	unfinished            = 100
	firstJob              = 5_001 // The first that is not done.
	unfinishedJobs        = 90
	deletedProjects       = 10
)

// bound is how many rows a query may read: most, and perRow for each that it returns.
type bound struct {
	most, perRow int
	// with has the values of arguments that arguments has not, or has others for.
	with map[string]any
}

func (b bound) rows(plan planNode) int { return b.most + b.perRow*int(plan.Rows) }

// arguments are the values for arguments of queries, by their names in lower case: one project as most are, with what belongs to it.
func (b bound) arguments() map[string]any {
	tokenHash := sha256.Sum256([]byte("user10"))
	values := map[string]any{
		"userid": seedID(kindUser, 10), "organisationid": seedID(kindOrganisation, 10), "projectid": seedID(kindProject, 1010),
		"environmentid": seedID(kindProject, 1010), "kind": "production",
		"deploymentid": seedID(kindDeployment, 91010), "originid": seedID(kindDeployment, 81010), "exceptid": seedID(kindDeployment, 91010),
		"nodeid": seedID(kindNode, 20), "vmid": seedID(kindVM, 2020), "tokenid": seedID(kindToken, 10), "attemptid": seedID(kindStep, 9583),
		"ids": []uuid.UUID{seedID(kindVM, 2020), seedID(kindVM, 2021)},
		// A list's first page.
		"before": uuid.Max, "after": 0, "beforeid": math.MaxInt64, "maxrows": 50, "limit": 50, "slug": "", "states": []string{}, "trigger": "", "commit": "", "most": 2,
		"tokenorganisationid": nil, "seenby": nil, "actorid": nil, "subjectid": nil, "until": nil, "asoperator": false,
		"lostafter": time.Minute, "seenwithin": 20 * time.Second, "silentfor": time.Minute, "cooldown": 30 * time.Second, "keepwarm": 5 * time.Minute,
		"every": 10 * time.Second, "toldof": 5 * time.Second, "within": 10 * time.Minute, "askedago": time.Second,
		"branch": "main", "step": "health_check", "state": "healthy", "desiredstate": "stopped", "worker": "worker-7", "attempt": 1, "runsreleases": true,
		"prefix": "10.0.20.0/24", "hostname": "project-1010.example.com", "tokenhash": tokenHash[:], "key": "key-10",
		"version": 100000, "routeversion": 100001, "since": time.Now().Add(-time.Hour), "createdat": time.Now().Add(-time.Hour), "commitsha": "none",
		"port": 8080, "cpumillis": 1000, "memorybytes": 536870912, "healthpath": nil, "message": nil, "exitcode": nil, "restarts": 0,
		"waitingfor": "room", "error": nil, "lastseencommit": "none", "pollerror": "It is gone.", "lasts": time.Hour, "runtime": "kata", "capabilities": []string{"release"},
	}
	maps.Copy(values, b.with)

	return values
}

// byID is for queries that read or write the one row whose id they are given.
func byID(kind, n int) bound { return bound{most: 1, with: map[string]any{"id": seedID(kind, n)}} }

// hotQueries run again and again, or while others wait. Behind a comma stands the case, where a query has several.
var hotQueries = map[string]bound{
	// Nodes: each asks and reports every few seconds.
	"ListAssignments":        {most: 1, perRow: 4 + 10}, // The VM, its deployment, its last line, its project with its ten domains.
	"RecordNodeCapabilities": byID(kindNode, 20),
	"RecordNodeReport":       {most: 2, with: map[string]any{"id": seedID(kindNode, 20), "version": "1"}},
	"LockNode":               byID(kindNode, 20),
	"LockNodeVMs":            {most: 1, perRow: 3}, // The VM, and the first domain or the deployment.
	"RecordVMReport":         byID(kindVM, 2020),
	"AddWaitingTime":         {most: 2},
	"DeploymentOfNodeVM":     {most: 2, with: map[string]any{"id": seedID(kindVM, 2020)}},
	"NodeRunsProject":        {most: 2*presentVMs/nodes + 10},
	"AppendRuntimeLog": {most: 0, with: map[string]any{
		"sequences": []int64{1, 2}, "streams": []string{"stdout", "stdout"}, "lines": []string{"a", "b"}, "loggedat": []time.Time{time.Now(), time.Now()},
	}},
	"ShowControlPlane": {most: 1},

	// Edges.
	"ListRoutes":               {most: domains + previews + presentVMs + nodes + 2*unfinished},
	"ListStartingEnvironments": {most: 2 * unfinished},
	"CurrentRouteVersion":      {most: 1},
	"NextRouteVersion":         {most: 1},
	"CountEdgesBehind":         {most: edges + 1},
	"AcknowledgeRoutes":        {most: edges, with: map[string]any{"id": seedID(kindEdge, 7)}},
	"TouchEdge":                {most: edges, with: map[string]any{"id": seedID(kindEdge, 7)}},
	"CreateDeploymentDomain":   {most: 3, with: map[string]any{"id": seedID(kindDomain, 200_000), "label": "project-1010-0a1b2c3d"}},
	"PointDomains":             {most: 10},

	// Requests.
	"FindToken":                {most: 2},
	"TokenIsValid":             {most: 2, with: map[string]any{"id": seedID(kindToken, 10)}},
	"TouchToken":               {most: 2, with: map[string]any{"id": seedID(kindToken, 10)}},
	"HoldToken":                {most: 4, with: map[string]any{"id": seedID(kindToken, 10), "most": 10}},
	"MembershipInOrganisation": {most: 1, with: map[string]any{"id": seedID(kindOrganisation, 10)}},
	"MembershipInProject":      {most: 2, with: map[string]any{"id": seedID(kindProject, 1010)}},
	"MembershipInDeployment":   {most: 3, with: map[string]any{"id": seedID(kindDeployment, 91010)}},
	"MembershipInEnvironment":  {most: 3, with: map[string]any{"id": seedID(kindPreview, 10)}},
	"MembershipInDomain":       {most: 3, with: map[string]any{"id": seedID(kindDomain, 1010)}},
	"HoldMembership":           {most: 1},
	"ListMembers":              {most: 2, perRow: 2, with: map[string]any{"after": uuid.Nil}},
	"GetIdempotencyKey":        {most: 1},
	"GetOrganisationOf":        {most: 2, with: map[string]any{"id": seedID(kindOrganisation, 10)}},
	"ListOrganisationsOf":      {most: 1, perRow: 2},
	"GetProjectOf":             {most: 5, with: map[string]any{"id": seedID(kindProject, 1010)}}, // Also its member, a domain, and what is held or on its way.
	"ListProjectsOf":           {most: 2, perRow: 4, with: map[string]any{"organisationid": nil}},
	"GetDeploymentOf":          {most: 4 + 10, with: map[string]any{"id": seedID(kindDeployment, 91010)}},
	"ListProjectDeployments":   {most: 3, perRow: 2 + 10, with: map[string]any{"branch": "", "environmentid": nil}},
	"ListProjectDeployments, those to go back to": {most: 3*deploymentsPerProject + 11, with: map[string]any{"branch": "", "states": []string{"retired", "live"}}},
	"DeploymentState":                  {most: 4, with: map[string]any{"id": seedID(kindDeployment, 91010)}},
	"ListDomains":                      {most: 2, perRow: 1, with: map[string]any{"after": uuid.Nil, "environmentid": nil, "hostname": ""}},
	"ListDomains, one":                 {most: domains/projects + 1, with: map[string]any{"after": uuid.Nil, "environmentid": nil}},
	"GetEnvironmentOf":                 {most: 6, with: map[string]any{"id": seedID(kindPreview, 10)}},
	"ListEnvironmentsOf":               {most: 3, perRow: 4, with: map[string]any{"after": uuid.Nil, "branch": ""}},
	"GetDomainOf":                      {most: 3, with: map[string]any{"id": seedID(kindDomain, 1010)}},
	"ProjectSlugTaken":                 {most: 2},
	"ListEnvironmentVariables":         {most: 2, perRow: 1, with: map[string]any{"aftername": "", "afterscope": "", "scope": ""}},
	"SizeOfEnvironment":                {most: 3, with: map[string]any{"name": "NAME_0", "scope": "all"}},
	"ListDeploymentSteps":              {most: 3, perRow: 1},
	"ListDeploymentVMs":                {most: 1, perRow: 2},
	"ListDeploymentVMsOf":              {most: 3, perRow: 2},
	"ListBuildLogs":                    {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 100), "deploymentid": seedID(kindDeployment, 90100)}},
	"ListRuntimeLogs":                  {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 1), "deploymentid": seedID(kindDeployment, 90001)}}, // It writes since a while.
	"ListRuntimeLogs, silent":          {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 0), "deploymentid": seedID(kindDeployment, 90000), "after": 9_999}},
	"ListBuildLogsBackwards":           {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 100), "deploymentid": seedID(kindDeployment, 90100)}},
	"ListRuntimeLogsBackwards":         {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 1), "deploymentid": seedID(kindDeployment, 90001)}},
	"ListRuntimeLogsBackwards, silent": {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 0), "deploymentid": seedID(kindDeployment, 90000)}},
	"ListVMLogs":                       {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 1), "vmid": seedID(kindVM, 2), "fromsequence": 5_000, "belowsequence": math.MaxInt64}},
	"ListVMLogsBackwards":              {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 1), "vmid": seedID(kindVM, 2), "fromsequence": 0, "belowsequence": 5_000}},
	"SequenceOfLine":                   {most: 4, with: map[string]any{"id": 5_000}},
	"LoggedVM":                         {most: 3, with: map[string]any{"id": seedID(kindVM, 2020)}},
	// The deployments of the project, and of each a line.
	"ListLogHeads":              {most: 3 * deploymentsPerProject, with: map[string]any{"environmentid": nil, "organisationid": seedID(kindOrganisation, 0), "projectid": seedID(kindProject, 0), "most": 100}},
	"ListLogTails":              {most: 3 * deploymentsPerProject, with: map[string]any{"environmentid": nil, "organisationid": seedID(kindOrganisation, 0), "projectid": seedID(kindProject, 0), "most": 100}},
	"ListLogTails, older lines": {most: 3 * deploymentsPerProject, with: map[string]any{"environmentid": nil, "organisationid": seedID(kindOrganisation, 1), "projectid": seedID(kindProject, 1), "most": 100, "beforeid": 1_000}},
	"ListLastRuntimeLines":      {most: 2, perRow: 1, with: map[string]any{"deploymentid": seedID(kindDeployment, 90000)}}, // It is silent since a while.
	"ListAuditEvents":           {most: 1, perRow: 1, with: map[string]any{"since": nil}},
	"ListAllAuditEvents":        {most: 1, perRow: 1, with: map[string]any{"since": nil, "organisationid": nil}},
	"ListProjectEvents":         {most: 2, perRow: 1},
	"ListTokens":                {most: 1, perRow: 1},
	"ListNodes":                 {most: 2, perRow: presentVMs/nodes + 3, with: map[string]any{"after": uuid.Nil}},
	"GetNode":                   {most: presentVMs/nodes + 10, with: map[string]any{"id": seedID(kindNode, 20)}},
	"ListEdges":                 {most: edges, with: map[string]any{"after": uuid.Nil}},

	// Steps, and the fence around each.
	"LockProject":    byID(kindProject, 1010),
	"LockProjectOf":  byID(kindProject, 1010),
	"GetDeployment":  byID(kindDeployment, 91010),
	"LockDeployment": byID(kindDeployment, 91010),
	"BeginStep":      {most: 2, with: map[string]any{"id": seedID(kindDeployment, 91197)}},
	"Fence": {most: 3, with: map[string]any{
		"projectid": seedID(kindProject, 1197), "deploymentid": seedID(kindDeployment, 91197), "jobid": firstJob + 1,
	}},
	"DeploymentIsAtStep": byID(kindDeployment, 91197),
	"OwnsJob":            {most: 1, with: map[string]any{"id": firstJob + 1}},
	"OpenStep": {most: 5 * 8, with: map[string]any{
		"id": seedID(kindStep, 90000), "deploymentid": seedID(kindDeployment, 91197), "jobid": firstJob + 1, "jobattempt": 1,
	}},
	"HoldStep":  {most: 8, with: map[string]any{"id": seedID(kindStep, 90000)}},
	"CloseStep": {most: 1, with: map[string]any{"id": seedID(kindStep, 9583), "state": "succeeded"}},
	"AdvanceDeployment": {most: 2, with: map[string]any{
		"id": seedID(kindDeployment, 91197), "step": "flip_route", "queue": "default", "durable": true,
		"attemptid": seedID(kindStep, 9583), "attemptstate": "succeeded", "attempterror": nil,
	}},
	"SetStepWaiting": byID(kindStep, 9583),
	"CancelSteps":    {most: 8},
	"AppendBuildLog": {most: 2, with: map[string]any{ // The attempt, and the last line.
		"streams": []string{"stdout"}, "lines": []string{"a"}, "loggedat": []time.Time{time.Now()}, "unlessabove": math.MaxInt64,
	}},
	"ListSealedVariables":       {most: 1, perRow: 1},
	"ListUnfinishedDeployments": {most: 1, perRow: 1, with: map[string]any{"environmentid": seedID(kindProject, 1197)}},
	"ListNewestDeployments":     {most: deploymentsPerProject, with: map[string]any{"limit": 1}},
	"ListDeploymentJobs":        {most: 1, perRow: 1, with: map[string]any{"deploymentid": seedID(kindDeployment, 91197)}},
	"NewerDeploymentWasLive":    {most: deploymentsPerProject},
	"CommitWasDeployed":         {most: 1},
	"MakeDeploymentLive":        byID(kindDeployment, 91010),
	"RetireReplacedDeployments": {most: 1},
	"RetireDeployment":          {most: 2, with: map[string]any{"id": seedID(kindDeployment, 91010)}},
	"DeploymentMayStop":         byID(kindDeployment, 91010),
	"CoolDeployments":           {most: max(deploymentsPerProject, warm)},
	"CoolWarmDeployments":       {most: warm, with: map[string]any{"ids": []uuid.UUID{seedID(kindDeployment, 80010), seedID(kindDeployment, 80011)}}},
	"ReleaseHeldDeployments":    {most: deploymentsPerProject},
	"GetEnvironment":            byID(kindPreview, 10),
	"ListEnvironments":          {most: 1, perRow: 1},
	"GetPreviewOf":              {most: 1, with: map[string]any{"branch": "feature-10"}},
	"CountPreviews":             {most: 3},
	"PreviewNameTaken":          {most: 2, with: map[string]any{"slug": "feature"}},
	"GeneratedHostname":         {most: 1},
	"ExtendPreview":             byID(kindPreview, 10),
	"UnpinEnvironment":          byID(kindProject, 1010),
	"UnpinEnvironmentOf":        {most: 1},

	// Turns to build: others of the organisation wait for theirs. None waits in the large database.
	"BuildsAllowed":  {most: 3},
	"TakeBuildTurns": {most: 2*unfinished + 8},

	// Placement: others wait for their turn.
	"ListUsableNodes":   {most: nodes},
	"ListNodeUsage":     {most: presentVMs + restingVMs},
	"ListHeldAddresses": {most: 1, perRow: 1},
	"ListWarmVMs":       {most: 10 * warm},
	"AdoptWarmVMs": {most: 20, with: map[string]any{
		"projectid": seedID(kindProject, 10), "deploymentid": seedID(kindDeployment, 90010), "originid": seedID(kindDeployment, 80010),
	}},
	"ReleaseAddresses": {most: 2*restingVMs + edges, with: map[string]any{"cooldown": time.Second}},
	"FindSilentEdge":   {most: edges + 2},

	// The VMs of one deployment.
	"GetReleaseVM":             {most: 5, with: map[string]any{"deploymentid": seedID(kindDeployment, 90100)}},
	"CountRunningVMs":          {most: 4},
	"CountPresentVMs":          {most: 4},
	"CountVMsToRemove":         {most: 10},
	"CountRecentFailures":      {most: 4},
	"CountDrainingVMs":         {most: 4},
	"CountPendingReplacements": {most: 8},
	"ListInstances":            {most: 1, perRow: 2},
	"StopVM":                   byID(kindVM, 2020),
	"SetVMsDesired":            {most: 2},
	"StopReleaseVM":            {most: 4},
	"DrainVMs":                 {most: 8},
	"StopVMs":                  {most: 2, perRow: 2},
	"StopDrainedVMs":           {most: 4},
	"DrainReplacedVMs":         {most: 8},
	"DropHopelessReplacements": {most: 8, with: map[string]any{"deploymentid": seedID(kindDeployment, 91000)}},
	"LockVMsToMove":            {most: 12, with: map[string]any{"deploymentid": seedID(kindDeployment, 91000)}}, // One of its nodes is being drained.
	"SettleInstances":          byID(kindProject, 1010),
	"UnsettleInstances":        byID(kindProject, 1010),

	// Reconcile, every second or so.
	"ListProjectsAwaitingBuilds": {most: 1},
	"ListStrandedDeployments":    {most: 2*unfinished + unfinishedJobs},
	"ListLeftoverDeployments":    {most: unfinishedJobs},
	"ListCooledDeployments":      {most: 2*warm + nodes + unfinishedJobs},
	"ListUnretiredDeployments":   {most: 2*deletedProjects + unfinishedJobs},
	"ListDeploymentsToRescale":   {most: unfinishedJobs},
	"ForgetWarmth":               byID(kindDeployment, 81010),
	"ListDeploymentsToMove":      {most: 2*nodes + 200}, // Nodes twice, and of those that are left each VM and its deployment.
	"ListJobOwners":              {most: unfinishedJobs + 1},
	"FinalizeDeadJobs":           {most: unfinishedJobs},

	// Polls, ten thousand in a round.
	"ListProjectsToPoll":  {most: 500, with: map[string]any{"troubled": false}},
	"RecordPoll":          byID(kindProject, 1010),
	"RecordHead":          byID(kindProject, 1010),
	"ListBranches":        {most: 1, perRow: 1},
	"ListExpiredPreviews": {most: 1, perRow: 1},
	"RecordPollError":     {most: 1, with: map[string]any{"id": seedID(kindProject, 1010), "pollerror": "It is gone."}},
}

// queryOf is the query that a key of hotQueries is for.
func queryOf(name string) string {
	query, _, _ := strings.Cut(name, ",")

	return query
}

// coldQueries are not tested, with the reason.
var coldQueries = map[string][]string{
	"inserts of a row or a few": names(`
		CreateAuditEvent CreateDeployment CreateEdge CreateEnvironmentVariable CreateNode CreateOrganisation CreateProject CreateProjectEvent CreateToken
		CreateVM CreateDomain CreateInvitation CreatePreview RecordBranches AddMember EnsureToken EnsureUser StoreIdempotencyKey UpsertImage RestPrefix`),
	"no table is read": names(`
		HoldWorkerLock TryLockWorker LockBuildLog LockRuntimeLog LockNodePrefixes LockOperators LockPlacement Notify NotifyJob`),
	"one row by its primary key, as the hot ones do": names(`
		SetDeploymentStep EndDeployment HoldDeployment AwaitBuild LockBuildTurns PinEnvironment SetDeploymentBuildPlan SetDeploymentImage SetDeploymentImageDigest SetDeploymentSource
		GetUser ForgetPoll MarkProjectDeleted UpdateProject UpdateEnvironmentVariable SetNodeState DeleteDomain MarkPreviewDeleted SetPreviewEnd ForgetBranches ProjectHasEnvironment
		GetMember SetMemberRole RemoveMember LockMembers MarkOrganisationDeleted SetOperator LockEdge LockOwnToken LockOrganisationToken LockMachineToken
		AcceptInvitation FindInvitationFor RevokeInvitation`),
	"one row by a unique name, when a person asks": names(`
		SetOrganisationQuota SetPlatformQuota EdgeByName NodeByName OrganisationBySlug OrganisationSlugTaken LockEnvironmentVariable DeleteEnvironmentVariable`),
	"what a person does a few times a year": names(`DeleteNode DeleteNodeVMs DeleteEdge CountNodeVMs ListNodePrefixes DeleteDomains ReleaseDomains
		DeleteDomainsOf MarkPreviewsDeleted ForgetAllBranches`),
	"what a person does now and then, on the few rows of one organisation or user": names(`
		CountOtherOwners CountProjects RemoveMembers ListInvitations ListInvitationsFor RevokeInvitations ReplaceInvitations ListOrganisationTokens
		ListTokensMadeIn ListMachineTokens TokenStandsAbove RevokeTokens PutTokenBelow EndTokensOf`),
	"what an operator does now and then":               names(`ListUsers CountOperators`),
	"at most a day's keys of one token, with a create": names(`DropStaleIdempotencyKeys`),
	"a table of at most a few rows":                    names(`DeposeDeadLeader ReleasePrefixes`),
}

// coldFiles are files of queries none of which is tested, with the reason.
var coldFiles = map[string]string{
	"garbage.sql.go": "passes every ten minutes, in batches, for which nobody waits",
	"history.sql.go": "as garbage.sql",
	"keysets.sql.go": "the table has one row; an operator's command reads all sealed values in batches, for which nobody waits",
}

func names(text string) []string { return strings.Fields(text) }
