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
	kindInstallation = 20
	kindRepository   = 21
	kindDetection    = 22
	kindCertificate  = 9 // Of the domain with the same number.
	kindLook         = 23
	kindLeak         = 24
	kindChannel      = 25
	kindDelivery     = 26
)

// What scale.sql makes.
const (
	nodes                 = 1_000
	edges                 = 100
	workers               = 20
	deploymentsPerProject = 10
	domains               = 100_000
	certificates          = 20_000
	previews              = 2_000
	projects              = 10_000
	presentVMs            = 19_980
	restingVMs            = 200
	warm                  = 50 // Retired deployments, with two VMs each.
	unfinished            = 100
	firstJob              = 5_001 // The first that is not done.
	unfinishedJobs        = 90
	deletedProjects       = 10
	installations         = 1_000
	pullProjects          = 100
	unreported            = 20 // Deployments of which GitHub is to be told.
	allRepositories       = 5_500
	repositories          = 505 // Of the installation of organisation 10, five of which have a project.
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
		"lostafter": time.Minute, "illafter": 10 * time.Minute, "starttimeout": 10 * time.Minute, "healthtimeout": time.Minute,
		"settled": 10 * time.Minute, "seenwithin": 20 * time.Second, "silentfor": time.Minute, "cooldown": 30 * time.Second, "keepwarm": 5 * time.Minute,
		"every": 10 * time.Second, "toldof": 5 * time.Second, "within": 10 * time.Minute, "askedago": time.Second,
		"branch": "main", "step": "health_check", "state": "healthy", "desiredstate": "stopped", "worker": "worker-7", "attempt": 1, "runsreleases": true,
		"prefix": "10.0.20.0/24", "hostname": "project-1010.example.com", "tokenhash": tokenHash[:], "key": "key-10",
		"version": 100000, "routeversion": 100001, "since": time.Now().Add(-time.Hour), "createdat": time.Now().Add(-time.Hour), "commitsha": "none",
		"port": 8080, "cpumillis": 1000, "memorybytes": 536870912, "healthpath": nil, "message": nil, "exitcode": nil, "restarts": 0,
		"waitingfor": "room", "error": nil, "lastseencommit": "none", "pollerror": "It is gone.", "polledat": time.Now(), "seenpushedat": time.Now(), "sweepdueat": time.Now(), "pushedthrough": time.Now(),
		"claimeduntil": time.Now(), "issettled": true, "seenhash": "", "isarchived": false, "defaultbranch": "main", "now": time.Now(), "polldueat": time.Now(), "activeat": time.Now(), "atleast": 5 * time.Second,
		"installationid": seedID(kindInstallation, 10), "repositories": []uuid.UUID{seedID(kindRepository, 5010), seedID(kindRepository, 6010)},
		"nodeids": []string{"R_5010", "R_6010", "R_20001"}, "pushedat": []time.Time{time.Now(), time.Now(), time.Now()}, "lookedat": time.Now(),
		"region": "", "words": []string{}, "lasts": time.Hour, "runtime": "kata", "capabilities": []string{"release"},
	}
	maps.Copy(values, b.with)

	return values
}

// minutesInRange is how many minutes of a project scale.sql has measures of, which are those that are asked for.
const minutesInRange = 60

var (
	ones    = []int64{1}
	inRange = map[string]any{
		"stepseconds": 60, "every": 5 * time.Minute, "since": time.Now().Add(-minutesInRange * time.Minute), "until": time.Now(),
		"environmentid": nil, "deploymentid": nil, "madeafter": uuid.Nil,
	}
)

// measured adds the columns that all measures have.
func measured(columns map[string]any) map[string]any {
	maps.Copy(columns, map[string]any{
		"stepseconds": []int32{60}, "projectids": []uuid.UUID{seedID(kindProject, 1010)}, "startsat": []time.Time{time.Now().Truncate(time.Minute)},
		"deploymentids": []uuid.UUID{seedID(kindDeployment, 91010)}, "environmentids": []uuid.UUID{seedID(kindProject, 1010)},
	})

	return columns
}

// byID is for queries that read or write the one row whose id they are given.
func byID(kind, n int) bound { return bound{most: 1, with: map[string]any{"id": seedID(kind, n)}} }

// queuePage are the arguments of a page of the queue, behind the first job of a state and queue.
func queuePage(rank int, queue string) map[string]any {
	return map[string]any{
		"states": []string{"running", "available", "retryable", "scheduled"}, "queues": []string{"default"}, "queue": "",
		"afterrank": rank, "afterqueue": queue, "afterplace": 1, "afterpriority": 1, "afterscheduledat": time.Now().Add(-time.Hour), "afterid": firstJob,
	}
}

// hotQueries run again and again, or while others wait. Behind a comma stands the case, where a query has several.
var hotQueries = map[string]bound{
	// Nodes: each asks and reports every few seconds.
	"ListAssignments":        {most: 1, perRow: 3 + 10}, // The VM, its deployment, its project with its ten domains.
	"ListFirstAssignments":   {most: 4, with: map[string]any{"ids": []uuid.UUID{seedID(kindVM, 2020)}}},
	"RecordNodeCapabilities": byID(kindNode, 20),
	"RecordNodeReport": {most: 2, with: map[string]any{
		"id": seedID(kindNode, 20), "version": "1", "kernel": "6.18", "diskbytes": 1000, "diskfreebytes": 1, "agentstartedat": time.Now(),
		"os": "Debian 13", "containerd": "2.1.4", "bootid": "1", "clockaheadms": 900,
		"unreachablebecause": "Stopped.",
	}},
	"RecordNodeLook": {most: 2, with: map[string]any{"id": seedID(kindNode, 20), "kind": "vm", "problem": nil, "found": 1}},
	"ReplaceLeaks": {most: 2 * 5, with: map[string]any{
		"lookid": seedID(kindLook, 20), "ids": []uuid.UUID{seedID(kindLeak, 9_000)}, "names": []string{"other"}, "details": []string{"It is left."},
	}},
	"LockNode":           byID(kindNode, 20),
	"LockNodeVMs":        {most: 2*presentVMs/nodes + 10, perRow: 1},
	"RecordVMReport":     byID(kindVM, 2020),
	"AddWaitingTime":     {most: 2},
	"DeploymentOfNodeVM": {most: 3, with: map[string]any{"id": seedID(kindVM, 2020)}},
	"NodeRunsProject":    {most: 2*presentVMs/nodes + 10},
	"AppendRuntimeLog": {most: 0, with: map[string]any{
		"sequences": []int64{1, 2}, "streams": []string{"stdout", "stdout"}, "lines": []string{"a", "b"}, "loggedat": []time.Time{time.Now(), time.Now()},
	}},
	"ShowControlPlane": {most: 1},
	"EndRestore":       {most: 1},

	// Measures: each node and edge reports them every minute, and a page of a project asks for them.
	"AcceptReport":          {most: 1, with: map[string]any{"reporterid": seedID(kindNode, 20), "runid": seedID(kindNode, 21), "sequence": 1}},
	"ListRoutedDeployments": {most: 2, with: map[string]any{"ids": []uuid.UUID{seedID(kindDeployment, 91010), seedID(kindDeployment, 91011)}}},
	"ListMeasuredVMs":       {most: 4},
	"AddTraffic": {most: 0, with: measured(map[string]any{
		"informational": ones, "successful": ones, "redirected": ones, "clienterrors": ones, "servererrors": ones, "aborted": ones, "latencies": []string{"{1}"},
		"bytesin": ones, "bytesout": ones, "inflight": ones,
	})},
	"AddUsage": {most: 0, with: measured(map[string]any{
		"vmids": []uuid.UUID{seedID(kindVM, 2020)}, "measuredmillis": ones, "cpumicros": ones, "memorybyteseconds": ones, "memorymaxbytes": ones,
		"receivedbytes": ones, "sentbytes": ones, "restarts": ones,
	})},
	"SumTraffic":       {most: 2*minutesInRange + 2, with: inRange},
	"SumUsage":         {most: 2*minutesInRange + 2, with: inRange},
	"ListMeasureMarks": {most: 2 * deploymentsPerProject, with: inRange},
	"NewestMeasuredVM": {most: 2*deploymentsPerProject + 4, with: inRange},

	// Edges.
	// The environments, too, and for each row of one with a warm deployment the hostname of that.
	"ListRoutes":          {most: domains + previews + projects + previews + presentVMs + nodes + 2*unfinished + 20*warm},
	"ListRoutesOf":        {most: 9, with: map[string]any{"hostnames": []string{"preview-1.example.com"}}},
	"RouteTableNow":       {most: 1},
	"ListRouteChanges":    {most: 1, with: map[string]any{"since": 100_000}},
	"ListValidTokens":     {most: 2, with: map[string]any{"ids": []uuid.UUID{seedID(kindToken, 20_007)}}},
	"CurrentRouteVersion": {most: 1},
	"NextRouteVersion":    {most: 1},
	"CountEdgesBehind":    {most: edges + 1},
	"CountEdges":          {most: 2*edges + 1},
	"SetEdgeState":        {most: edges + 1, with: map[string]any{"id": seedID(kindEdge, 7)}},
	"TouchEdges":          {most: 2 * edges, with: map[string]any{"ids": []uuid.UUID{seedID(kindEdge, 7)}}},
	"BindToken":           {most: 2, with: map[string]any{"id": seedID(kindToken, 20_007), "publickey": make([]byte, 32)}},
	"RecordEdgePolls": {most: 3*edges + 5, with: map[string]any{
		"ids": []uuid.UUID{seedID(kindEdge, 7)}, "acknowledged": []int64{100_000}, "versions": []string{"2"}, "addresses": []string{"100.64.0.7"},
		"clocksaheadms": []int32{900}, "drains": []string{"false"},
	}},
	"ListEdgeAddresses":      {most: 2 * edges},
	"CreateDeploymentDomain": {most: 3, with: map[string]any{"id": seedID(kindDomain, 200_000), "label": "project-1010-0a1b2c3d"}},
	"PointDomains":           {most: 10},

	// Certificates: edges wait for them, and workers look for what is due every few seconds.
	"CurrentCertificateVersion":     {most: 1},
	"NextCertificateVersion":        {most: 1},
	"TakeTicketKeyTurn":             {most: 1, with: map[string]any{"every": time.Hour}},
	"AcknowledgeCertificates":       {most: 2*edges + 2, with: map[string]any{"ids": []uuid.UUID{seedID(kindEdge, 7)}, "versions": []int64{1}}},
	"CountEdgesWithCertificates":    {most: 2*edges + 1},
	"CountEdgesWithoutVersion":      {most: 2*edges + 1},
	"ListServedCertificates":        {most: domains + previews + certificates, with: map[string]any{"since": 0}},
	"ListChallenges":                {most: 10},
	"ListDomainsWithoutCertificate": {most: 1, perRow: 2, with: map[string]any{"since": time.Now().Add(time.Hour)}},
	"ListDueCertificates":           {most: 1, perRow: 1},
	"GetCertificateToOrder":         {most: 2, with: map[string]any{"id": seedID(kindCertificate, 11010)}},
	"AdvanceCertificate": {most: 1, with: map[string]any{
		"id": seedID(kindCertificate, 11010), "step": "validate", "fromstep": "order", "orderurl": nil, "next": time.Minute,
	}},
	"PostponeCertificate": {most: 1, with: map[string]any{"id": seedID(kindCertificate, 11010), "next": time.Minute, "problem": ""}},
	"FailCertificate":     {most: 1, with: map[string]any{"id": seedID(kindCertificate, 11010), "next": time.Minute, "problem": "It failed."}},
	"FulfilCertificate": {most: 1, with: map[string]any{
		"id": seedID(kindCertificate, 11010), "chain": "", "notbefore": time.Now(), "notafter": time.Now(), "nextat": time.Now(),
	}},
	// The platform has a handful of its own, and records while it orders those.
	// Notifications: each deployment that ends looks for whom to tell, and each message is a job.
	"ListLostDeliveries":               {most: 1, perRow: 2},
	"ListChannelsToTell, of a failure": {most: 2 * 2, with: map[string]any{"event": "failed"}},
	"ListChannelsToTell":               {most: 2*2 + 2, with: map[string]any{"event": "recovered"}}, // Each channel, and what it was told last.
	"GetDeliveryToSend":                {most: 3, with: map[string]any{"id": seedID(kindDelivery, 1010)}},
	"GetDeploymentToTell":              {most: 3, with: map[string]any{"id": seedID(kindDeployment, 91010)}},
	"RecordDeliveryAttempt":            {most: 1, with: map[string]any{"id": seedID(kindDelivery, 1010), "state": "delivered", "problem": nil}},
	"RecordChannelDelivered":           byID(kindChannel, 10),
	"RecordChannelBroken":              {most: 1, with: map[string]any{"id": seedID(kindChannel, 10), "reason": "It is gone."}},
	"ListNotificationDeliveries":       {most: 3, perRow: 4, with: map[string]any{"channelid": seedID(kindChannel, 10)}},
	"CountRecentTests":                 {most: 4, with: map[string]any{"after": uuid.Max}},

	"ListPlatformCertificates": {most: 1, perRow: 1},
	"ListCertificateRecords":   {most: 1, perRow: 1, with: map[string]any{"certificateid": seedID(kindCertificate, 11010)}},
	"ChallengesVersion":        {most: 1, with: map[string]any{"certificateid": seedID(kindCertificate, 11010)}},
	"DeleteChallenges":         {most: 1, with: map[string]any{"certificateid": seedID(kindCertificate, 11010)}},

	// Requests.
	"FindToken":                                   {most: 2},
	"TokenIsValid":                                {most: 2, with: map[string]any{"id": seedID(kindToken, 10)}},
	"TouchToken":                                  {most: 2, with: map[string]any{"id": seedID(kindToken, 10)}},
	"ProlongSession":                              {most: 2, with: map[string]any{"id": seedID(kindToken, 10), "lifetime": time.Hour}},
	"HoldToken":                                   {most: 4, with: map[string]any{"id": seedID(kindToken, 10), "most": 10}},
	"MembershipInOrganisation":                    {most: 1, with: map[string]any{"id": seedID(kindOrganisation, 10)}},
	"MembershipInProject":                         {most: 2, with: map[string]any{"id": seedID(kindProject, 1010)}},
	"MembershipInDeployment":                      {most: 3, with: map[string]any{"id": seedID(kindDeployment, 91010)}},
	"MembershipInEnvironment":                     {most: 3, with: map[string]any{"id": seedID(kindPreview, 10)}},
	"MembershipInDetection":                       {most: 2, with: map[string]any{"id": seedID(kindDetection, 10)}},
	"MembershipInDomain":                          {most: 3, with: map[string]any{"id": seedID(kindDomain, 1010)}},
	"HoldMembership":                              {most: 1},
	"ListMembers":                                 {most: 2, perRow: 2, with: map[string]any{"after": uuid.Nil}},
	"GetIdempotencyKey":                           {most: 1},
	"GetOrganisationOf":                           {most: 2, with: map[string]any{"id": seedID(kindOrganisation, 10)}},
	"ListOrganisationsOf":                         {most: 1, perRow: 2},
	"ListOrganisationsOf, by a slug":              {most: 1 + 2 + 2, perRow: 2, with: map[string]any{"slug": "before"}},                          // The events about each that is not called so.
	"GetProjectOf":                                {most: 5 + 2, with: map[string]any{"id": seedID(kindProject, 1010)}},                          // Also its member, a domain, what is held or on its way, and its repository on GitHub.
	"ListProjectOverviews":                        {most: 5 + 2, perRow: 6, with: map[string]any{"ids": []uuid.UUID{seedID(kindProject, 1010)}}}, // Its member, what is live and its VMs, the newest, and its previews.
	"ListDeploymentSummaries":                     {most: 3, with: map[string]any{"ids": []uuid.UUID{seedID(kindDeployment, 91010)}}},
	"ListDeploymentActors":                        {most: 6, with: map[string]any{"ids": []uuid.UUID{seedID(kindDeployment, 91010)}}},
	"ImageIsKeptOf":                               {most: 5, with: map[string]any{"id": seedID(kindDeployment, 91010)}},
	"PlaceInBuildTurns":                           {most: 2, with: map[string]any{"id": seedID(kindDeployment, 91010)}},
	"PlaceInQuotaQueue":                           {most: 2, with: map[string]any{"id": seedID(kindDeployment, 91010)}},
	"PlaceInQueue":                                {most: 2 + 4*unfinishedJobs, with: map[string]any{"id": seedID(kindDeployment, 91197)}},
	"LastBuildPlan":                               {most: deploymentsPerProject + 1},
	"ListPendingChanges":                          {most: 2 + 4*3, perRow: 3 * 2},
	"SizeOfAllVariables":                          {most: 3},
	"CountProjectParts":                           {most: 4*deploymentsPerProject + 20, with: map[string]any{"id": seedID(kindProject, 1010)}},
	"ListProjectPartNames":                        {most: 20, with: map[string]any{"id": seedID(kindProject, 1010), "most": 100}},
	"ListProjectsOf":                              {most: 2, perRow: 4 + 3, with: map[string]any{"organisationid": nil}},
	"ListProjectsOf, a search":                    {most: 2 + 10, perRow: 4 + 3, with: map[string]any{"organisationid": nil, "words": []string{"PROJECT", "1010"}}}, // Its ten projects are looked at.
	"GetDeploymentOf":                             {most: 4 + 10, with: map[string]any{"id": seedID(kindDeployment, 91010)}},
	"ListProjectDeployments":                      {most: 3, perRow: 2 + 10, with: map[string]any{"branch": "", "text": "", "author": "", "environmentid": nil}},
	"ListProjectDeployments, those to go back to": {most: 3*deploymentsPerProject + 11, with: map[string]any{"branch": "", "text": "", "author": "", "states": []string{"retired", "live"}}},
	"ListInstallationsOf":                         {most: 1, perRow: 1, with: map[string]any{"after": uuid.Nil}},
	"ListRepositoryProjects":                      {most: 2, perRow: 2, with: map[string]any{"repositoryids": []int64{1010, 2010}}},
	"CountDetections":                             {most: 10},
	"GetRepository":                               {most: 2, with: map[string]any{"id": seedID(kindRepository, 6010)}},
	"DeploymentState":                             {most: 4, with: map[string]any{"id": seedID(kindDeployment, 91010)}},
	"ListDomains":                                 {most: 3, perRow: 4, with: map[string]any{"after": uuid.Nil, "environmentid": nil, "hostname": ""}},
	"ListDomains, one":                            {most: domains/projects + 6, with: map[string]any{"after": uuid.Nil, "environmentid": nil}},
	"GetEnvironmentOf":                            {most: 6, with: map[string]any{"id": seedID(kindPreview, 10)}},
	"ListEnvironmentsOf":                          {most: 3, perRow: 4, with: map[string]any{"after": uuid.Nil, "branch": ""}},
	"GetDomainOf":                                 {most: 5, with: map[string]any{"id": seedID(kindDomain, 1010)}},
	"FindDomainOf":                                {most: domains/projects + 2, with: map[string]any{"hostname": "www.customer-11010.com"}},
	"DomainIsRedirectedTo":                        {most: 2, with: map[string]any{"id": seedID(kindDomain, 1010)}},
	"ProjectSlugTaken":                            {most: 2},
	"ListEnvironmentVariables":                    {most: 2, perRow: 1, with: map[string]any{"aftername": "", "afterscope": "", "scope": ""}},
	"SizeOfEnvironment":                           {most: 3, with: map[string]any{"name": "NAME_0", "scope": "all"}},
	"ListDeploymentSteps":                         {most: 3, perRow: 1},
	"ListDeploymentVMs":                           {most: 1, perRow: 2},
	"ListDeploymentVMsOf":                         {most: 3, perRow: 2},
	"ListBuildLogs":                               {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 100), "deploymentid": seedID(kindDeployment, 90100)}},
	"ListRuntimeLogs":                             {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 1), "deploymentid": seedID(kindDeployment, 90001)}}, // It writes since a while.
	"ListRuntimeLogs, silent":                     {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 0), "deploymentid": seedID(kindDeployment, 90000), "after": 9_999}},
	"ListBuildLogsBackwards":                      {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 100), "deploymentid": seedID(kindDeployment, 90100)}},
	"ListRuntimeLogsBackwards":                    {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 1), "deploymentid": seedID(kindDeployment, 90001)}},
	"ListRuntimeLogsBackwards, silent":            {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 0), "deploymentid": seedID(kindDeployment, 90000)}},
	"ListVMLogs":                                  {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 1), "vmid": seedID(kindVM, 2), "fromsequence": 5_000, "belowsequence": math.MaxInt64}},
	"ListVMLogsBackwards":                         {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 1), "vmid": seedID(kindVM, 2), "fromsequence": 0, "belowsequence": 5_000}},
	"SequenceOfLine":                              {most: 4, with: map[string]any{"id": 5_000}},
	"ListBuildLogTexts":                           {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 100), "deploymentid": seedID(kindDeployment, 90100), "fromnumber": 5_000, "belownumber": math.MaxInt32}},
	"BuildLogExtent":                              {most: 5, with: map[string]any{"organisationid": seedID(kindOrganisation, 100), "deploymentid": seedID(kindDeployment, 90100)}},
	"BuildLogIDBefore":                            {most: 4, with: map[string]any{"organisationid": seedID(kindOrganisation, 100), "deploymentid": seedID(kindDeployment, 90100), "number": 5_000}},
	"ListMissingBuildLogLines":                    {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 100), "deploymentid": seedID(kindDeployment, 90100)}},
	"ListBuildLogGroups":                          {most: 4, perRow: 2, with: map[string]any{"organisationid": seedID(kindOrganisation, 100), "deploymentid": seedID(kindDeployment, 90100)}},
	"ListBuildLogRuns":                            {most: 4, perRow: 1, with: map[string]any{"organisationid": seedID(kindOrganisation, 100), "deploymentid": seedID(kindDeployment, 90100)}},
	"LoggedDeployment":                            {most: 3, with: map[string]any{"id": seedID(kindDeployment, 90000)}},
	"DeploymentOfLine":                            {most: 4, with: map[string]any{"id": 5_000, "projectid": seedID(kindProject, 0), "organisationid": seedID(kindOrganisation, 0)}},
	"LoggedVM":                                    {most: 3, with: map[string]any{"id": seedID(kindVM, 2020)}},
	// Requests: a project has some today and yesterday, another one very many today.
	"EdgeRegion":         {most: edges, with: map[string]any{"id": seedID(kindEdge, 7)}},
	"ListRequestOrigins": {most: 4, with: map[string]any{"ids": []uuid.UUID{seedID(kindDeployment, 91010), seedID(kindDeployment, 91011)}}},
	"AppendRequestLogs": {most: 2, with: map[string]any{
		"region": "here", "projectids": twice(seedID(kindProject, 1010)), "at": twice(time.Now()), "ids": []uuid.UUID{seedID(kindVM, 1), seedID(kindVM, 2)},
		"kinds": twice("request"), "environmentids": twice(seedID(kindProject, 1010)), "deploymentids": twice(seedID(kindDeployment, 91010)), "vmids": twice(uuid.Nil),
		"methods": twice("GET"), "hosts": twice("a"), "paths": twice("/"), "statuses": twice(int32(200)), "durations": twice(int64(1)), "firstbytes": twice(int64(1)),
		"bytesout": twice(int64(1)), "attempts": twice(int32(1)), "interrupted": twice(false), "requestids": twice(""), "dropped": twice(int64(0)),
	}},
	"ListRequestLogs":                 {most: 2, perRow: 1, with: requestArguments(nil)},
	"ListRequestLogs, of 5xx":         {most: 1_000, with: requestArguments(map[string]any{"chosen": true, "statusfrom": 500, "since": time.Now().Add(-time.Hour)})},
	"LastRequestNumber":               {most: 6},
	"HasRequestLogs":                  {most: 6},
	"ListArrivedRequestLogs":          {most: 6 + 100, with: requestArguments(map[string]any{"after": 20_900})}, // A hundred have come since.
	"ListArrivedRequestLogsBackwards": {most: 6, perRow: 1, with: requestArguments(map[string]any{"after": 0})},
	// The deployments of the project, and of each a line.
	"ListLogHeads":              {most: 3 * deploymentsPerProject, with: map[string]any{"environmentid": nil, "organisationid": seedID(kindOrganisation, 0), "projectid": seedID(kindProject, 0), "most": 100}},
	"ListLogTails":              {most: 3 * deploymentsPerProject, with: map[string]any{"environmentid": nil, "organisationid": seedID(kindOrganisation, 0), "projectid": seedID(kindProject, 0), "most": 100}},
	"ListLogTails, older lines": {most: 3 * deploymentsPerProject, with: map[string]any{"environmentid": nil, "organisationid": seedID(kindOrganisation, 1), "projectid": seedID(kindProject, 1), "most": 100, "beforeid": 1_000}},
	"ListLastRuntimeLines":      {most: 2, perRow: 1, with: map[string]any{"deploymentid": seedID(kindDeployment, 90000)}},                               // It is silent since a while.
	"ListAuditEvents":           {most: 1, perRow: 1 + 2, with: map[string]any{"since": nil, "actorkind": "", "subjecttype": "", "actions": []string{}}}, // And who did it.
	"ListAllAuditEvents":        {most: 1, perRow: 1 + 2, with: map[string]any{"since": nil, "organisationid": nil, "actorkind": "", "subjecttype": "", "actions": []string{}}},
	"ListProjectEvents":         {most: 2, perRow: 1},
	"ListTokens":                {most: 1, perRow: 1},
	"LockDeviceLogin":           {most: 1, with: map[string]any{"devicehash": []byte{0}}},                         // Each program asks every five seconds.
	"ListNodes":                 {most: 4, perRow: presentVMs/nodes + 5, with: map[string]any{"after": uuid.Nil}}, // Each node twice, for its silence.
	"ListRegions":               {most: nodes},
	"GetNode":                   {most: presentVMs/nodes + 10, with: map[string]any{"id": seedID(kindNode, 20)}},
	"ListEdges":                 {most: 2*edges + 2, with: map[string]any{"after": uuid.Nil}},
	"GetEdge":                   {most: 2*edges + 2, with: map[string]any{"id": seedID(kindEdge, 7)}},

	// What operators see.
	"ListNodeVMs":             {most: 1, perRow: 6, with: map[string]any{"after": uuid.Nil}},
	"ListLooksOfNodes":        {most: 5, perRow: 1, with: map[string]any{"nodeids": []uuid.UUID{seedID(kindNode, 20)}, "platform": true}},
	"ListWaitingDeployments":  {most: 2 * unfinished, with: map[string]any{"after": uuid.Nil}},
	"CountWaitingDeployments": {most: unfinished},
	"ListWorkers":             {most: workers, with: map[string]any{"after": uuid.Nil}},
	"CountQueues":             {most: 2 * unfinishedJobs, with: map[string]any{"queues": []string{"default"}, "most": 1000}},
	"LockBuilders":            {most: 1},
	"TakeBuilder": {most: 2*unfinishedJobs + 2, with: map[string]any{
		"id": seedID(kindDeployment, 91010), "queue": "build", "kind": "deploy.build", "builder": "tcp://builder:1", "most": 4,
	}},
	"ListRunningBuilds": {most: unfinishedJobs, with: map[string]any{"queue": "default", "kind": "deploy.build"}},
	// Of a page each job with its deployment, step, environment, project and organisation.
	"ListQueueJobs":                 {most: unfinishedJobs, perRow: 8, with: queuePage(0, "")},
	"ListQueueJobs, the page after": {most: unfinishedJobs, perRow: 8, with: queuePage(1, "default")},

	// Steps, and the fence around each.
	"LockProject":     byID(kindProject, 1010),
	"GetProjectOwner": byID(kindProject, 1010),
	"LockProjectOf":   byID(kindProject, 1010),
	"GetDeployment":   byID(kindDeployment, 91010),
	"LockDeployment":  byID(kindDeployment, 91010),
	"BeginStep":       {most: 2, with: map[string]any{"id": seedID(kindDeployment, 91197)}},
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
	"SetStepWaiting":    byID(kindStep, 9583),
	"CancelSteps":       {most: 8},
	"LastBuildLogGroup": {most: 2},
	"PutBuildLogGroups": {most: 3, with: map[string]any{"groups": []byte(`[]`)}},
	"AppendBuildLog": {most: 4, with: map[string]any{ // The attempt, the last line, and the last run.
		"groupnumbers": []int32{0}, "missing": []int32{0},
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

	// Quotas: others of the organisation wait for their turn.
	"GetLimits":                    {most: 4},
	"CountProjects":                {most: projects/1000 + 1},
	"CountDomains":                 {most: projects/1000 + domains/1000 + 1},
	"CountDomainsOf":               {most: domains/10_000 + 3},
	"CountBuilds":                  {most: 2*unfinished + projects/1000},
	"SumInstances":                 {most: projects/1000*(5+2*3) + 20, with: map[string]any{"environmentid": seedID(kindProject, 1010)}}, // Each project with its environments and what is live, and its VMs.
	"ListDeploymentsAwaitingQuota": {most: 1},
	"AwaitQuota":                   byID(kindDeployment, 91010),
	"LockLogBytes":                 {most: 2 * 6, with: ofOrganisations(map[string]any{"share": 4})},
	"AddLogBytes":                  {most: 2, with: ofOrganisations(nil)},
	"CountLogBytes":                {most: 1},
	"GetLogDrops":                  {most: 1},
	"SetLogDrops":                  {most: 1, with: map[string]any{"lines": 1, "sequence": 1, "tells": true}},

	// Placement: others wait for their turn.
	"ListUsableNodes":   {most: nodes},
	"SampleUsableNodes": {most: 4 * nodes, with: map[string]any{"most": 50, "near": []uuid.UUID{seedID(kindNode, 20)}}}, // The choice at random reads all.
	"ListNodeUsage":     {most: 50 + (presentVMs+restingVMs)/nodes*3, with: map[string]any{"nodes": []uuid.UUID{seedID(kindNode, 20), seedID(kindNode, 21)}}},
	"ListLiveInstances": {most: 5 * presentVMs},
	"ListHeldAddresses": {most: 1, perRow: 1},
	"ListWarmVMs":       {most: 10 * warm},
	"AdoptWarmVMs": {most: 20, with: map[string]any{
		"projectid": seedID(kindProject, 10), "deploymentid": seedID(kindDeployment, 90010), "originid": seedID(kindDeployment, 80010),
	}},
	"ReleaseAddresses": {most: 2*restingVMs + edges, with: map[string]any{"cooldown": time.Second}},
	"FindSilentEdge":   {most: edges + 2},

	// The VMs of one deployment.
	"GetReleaseVM":    {most: 5, with: map[string]any{"deploymentid": seedID(kindDeployment, 90100)}},
	"CountRunningVMs": {most: 6},
	"CreateDeploymentEventOnce": {most: 24, with: map[string]any{ // Each deployment whose region is short of room, every few seconds.
		"id": uuid.New(), "kind": "instances", "message": "No node of region eu is ready.",
	}},
	"CountPresentVMs":          {most: 4},
	"CountVMsToRemove":         {most: 10},
	"CountRecentFailures":      {most: 4},
	"CountDrainingVMs":         {most: 4},
	"CountPendingReplacements": {most: 8},
	"AnyVMToMove":              {most: 12},
	"ListInstances":            {most: 1, perRow: 3},
	"StopVM":                   byID(kindVM, 2020),
	"SetVMsDesired":            {most: 2},
	"StopReleaseVM":            {most: 4},
	"DrainVMs":                 {most: 8},
	"StopVMs":                  {most: 2, perRow: 2},
	"StopDrainedVMs":           {most: 4},
	"DrainReplacedVMs":         {most: 8},
	"DropHopelessReplacements": {most: 8, with: map[string]any{"deploymentid": seedID(kindDeployment, 91000)}},
	"LockVMsToMove":            {most: 16, with: map[string]any{"deploymentid": seedID(kindDeployment, 91000)}}, // One of its nodes is being drained.
	"RefillVMs":                {most: 8},
	"NewestVM":                 {most: 4},
	"MarkSlept":                {most: 8},
	"ForgetSlept":              {most: 8},
	"ListSleptNodes":           {most: 4},
	"ListSleepingImages":       {most: 1, perRow: 3},
	"IsQuiet": {most: 8, with: map[string]any{
		"counteduntil": time.Now(), "since": time.Now().Add(-time.Hour), "projectid": seedID(kindProject, 1010),
	}},
	"LockLiveDeployment": {most: 2},
	"RecordEdgeCounted":  {most: edges, with: map[string]any{"id": seedID(kindEdge, 10), "counteduntil": time.Now()}},
	"SettleInstances":    byID(kindProject, 1010),
	"UnsettleInstances":  byID(kindProject, 1010),

	// Reconcile, every second or so.
	"ListProjectsAwaitingBuilds": {most: 1},
	"ListStrandedDeployments":    {most: 2*unfinished + unfinishedJobs},
	"ListLeftoverDeployments":    {most: unfinishedJobs},
	"ListCooledDeployments":      {most: 2*warm + nodes + unfinishedJobs},
	"ListUnretiredDeployments":   {most: 2*deletedProjects + unfinishedJobs},
	"ListDeploymentsToRescale":   {most: unfinishedJobs},
	"EdgesCountedUntil":          {most: 2*edges + 1},
	"ListIdleDeployments":        {most: projects + 4*previews, with: map[string]any{"counteduntil": time.Now(), "deploymentid": nil}},
	"ListDozingDeployments":      {most: 4 * 10},
	"ListDeploymentsToWake":      {most: 4 * 10},
	"ListUnreportedDeployments":  {most: unreported + unfinishedJobs},
	"ListDueComments":            {most: 1, perRow: 1},
	"ForgetWarmth":               byID(kindDeployment, 81010),
	"ListDeploymentsToMove":      {most: 3*nodes + 200}, // Nodes thrice, and of those that are left each VM and its deployment.
	"IsMoving":                   {most: 2 * unfinishedJobs},
	"ListJobOwners":              {most: unfinishedJobs + 1},
	"FinalizeDeadJobs":           {most: unfinishedJobs},

	"RepositoryCredentialOf":    {most: 2},
	"TouchRepositoryCredential": {most: 1},

	// Custom domains, whose DNS is asked again and again.
	"ListDueDomains":      {most: 1, perRow: 1},
	"GetDomainToCheck":    {most: 4, with: map[string]any{"id": seedID(kindDomain, 11010)}},
	"GetHolder":           {most: 4, with: map[string]any{"hostname": "www.customer-11010.com"}},
	"VerifyDomain":        {most: 2, with: map[string]any{"id": seedID(kindDomain, 11010), "next": time.Hour, "verificationtoken": "a"}},
	"UnverifyDomain":      {most: 1, with: map[string]any{"id": seedID(kindDomain, 11010), "newtoken": "a", "verificationtoken": "b", "checkmessage": ""}},
	"RecordDomainCheck":   {most: 1, with: map[string]any{"id": seedID(kindDomain, 11010), "next": time.Hour, "checkmessage": "", "failing": true}},
	"HastenDomainCheck":   {most: 2, with: map[string]any{"id": seedID(kindDomain, 1010)}},
	"PostponeDomainCheck": {most: 1, with: map[string]any{"id": seedID(kindDomain, 11010), "next": time.Hour, "checkmessage": ""}},

	// The installations of the GitHub App, every few minutes.
	"ListTiedInstallations":     {most: installations},
	"TouchInstallations":        {most: installations},
	"ListInstallationProjects":  {most: 1 + 2*repositories, perRow: 3, with: map[string]any{"installationid": seedID(kindInstallation, 10)}},
	"MarkInstallationRemoved":   byID(kindInstallation, 10),
	"MarkInstallationSuspended": byID(kindInstallation, 10),

	// Polls, ten thousand in a round.
	"ListProjectsToPoll":  {most: 500, with: map[string]any{"troubled": false}},
	"RecordPoll":          byID(kindProject, 1010),
	"RecordHead":          byID(kindProject, 1010),
	"ListBranches":        {most: 1, perRow: 1},
	"ListExpiredPreviews": {most: 1, perRow: 1},
	"RecordPollError":     {most: 1, with: map[string]any{"id": seedID(kindProject, 1010), "pollerror": "It is gone."}},
	"RecordPollDue":       byID(kindProject, 1010),
	"RecordActivity":      byID(kindProject, 1010),

	// Installations of the GitHub App, every few seconds each.
	"ClaimInstallations":        {most: installations + repositories, perRow: 20, with: map[string]any{"until": time.Now().Add(time.Minute), "cutoff": ""}}, // Its repositories and their projects.
	"RecordInstallationPoll":    byID(kindInstallation, 10),
	"RecordInstallationTrouble": {most: 2*repositories + projects/2, with: map[string]any{"id": seedID(kindInstallation, 10), "ofitsown": true}},
	"ListRepositoriesToLookAt":  {most: 3 * 4, perRow: 2},
	"ListRepositoriesToSweep":   {most: repositories, with: map[string]any{"before": time.Now().Add(-time.Minute), "maxrows": 100}},
	"UnsettleRepositories":      {most: repositories},
	"ListFollowers":             {most: 4},
	"RecordLook":                byID(kindRepository, 5010),
	"RecordLooks":               {most: 2, with: map[string]any{"ids": []uuid.UUID{seedID(kindRepository, 5010), seedID(kindRepository, 6010)}}},
	"ListProjectsOfRepository":  {most: 2, with: map[string]any{"id": seedID(kindRepository, 5010)}},

	// Pull requests, and what GitHub is told.
	"ListProjectsWithPulls":   {most: 2*allRepositories + installations},
	"ListPulls":               {most: 10},
	"GetDeploymentToReport":   {most: 6, with: map[string]any{"id": seedID(kindDeployment, 91010)}},
	"GetRepositoryToReportTo": {most: 2, with: map[string]any{"id": seedID(kindRepository, 6010)}},
	"GetEnvironmentToComment": {most: 5, with: map[string]any{"id": seedID(kindPreview, 10)}},
}

func twice[T any](value T) []T { return []T{value, value} }

// ofOrganisations are bytes that the apps of two organisations log.
func ofOrganisations(with map[string]any) map[string]any {
	arguments := map[string]any{"organisationids": []uuid.UUID{seedID(kindOrganisation, 11), seedID(kindOrganisation, 10)}, "bytes": twice(int64(1000))}
	maps.Copy(arguments, with)

	return arguments
}

// requestArguments choose all requests of a project, but for what with says.
func requestArguments(with map[string]any) map[string]any {
	arguments := map[string]any{
		"since": time.Time{}, "beforeat": time.Now().Add(time.Minute), "beforeid": uuid.Max, "deploymentid": nil, "environmentid": nil, "vmid": nil, "chosen": false,
		"statusfrom": 0, "statusto": 999, "method": "", "pathpart": "", "slowerthan": 0, "until": time.Now().Add(time.Minute),
	}
	if _, ok := with["after"]; ok {
		arguments["until"] = math.MaxInt64
	}

	maps.Copy(arguments, with)

	return arguments
}

// queryOf is the query that a key of hotQueries is for.
func queryOf(name string) string {
	query, _, _ := strings.Cut(name, ",")

	return query
}

// coldQueries are not tested, with the reason.
var coldQueries = map[string][]string{
	"a small table, or a pass every ten minutes for which nobody waits": names(`
		DeleteSilentWorkers RecordPlatformLook ListUnneededVMRows ListRestingAddresses ListUncollectedImages DeleteCertificateSecrets
		ListExpiringCertificates HasUnprovenCertificates ForgetUnprovenCertificates ListLeftCertificateRecords TakePlatformCertificateWarnings`),
	"a few times in the life of a certificate, for one or a hundred at most, by their keys": names(`
		PutAcmeAccount PutUploadedCertificate PutPlatformCertificate DeleteCertificate SetAcmeAccountURL PutChallenge SetDomainHTTPS InsertMissingCertificates NoteCertificateWarning
		OrderPlatformCertificates PutCertificateRecord DeleteCertificateRecord`),
	"nodes and edges wait for the answer, after a restore alone": names(`RestoreProgress`),
	"leaks are few, and there is a look for each node and kind":  names(`ListLeaks SumLooks`),
	"inserts of a row or a few": names(`
		CreateAuditEvent CreateDeployment CreateEdge CreateEnvironmentVariable CreateNode CreateOrganisation CreateProject CreateProjectEvent CreateToken
		CreateVM CreateDomain CreateInvitation CreatePreview RecordBranches AddMember EnsureToken EnsureUser StoreIdempotencyKey UpsertImage RestPrefix
		CreateGithubApp PutSecret CreateDetection TieInstallation PutRepository
		CreateConfirmation CreateNotificationChannel CreateNotificationDelivery CreateWebFlow CreateSession CreateSessionToken CreateSignInCode CreateDeviceLogin CreateUser CreateJoinToken`),
	"no table is read": names(`
		HoldWorkerLock TryLockWorker LockBuildLog LockRuntimeLog LockRequestLogs LockNodePrefixes LockOperators LockPlacement LockPlatformQuotas LockQuotas LockDetections LockConfirmations LockGithubAccount
		Notify NotifyJob WaitBrieflyForLocks PostgresTime LockPlatformAlerts`),
	"a job runs them every minute, for which nobody waits": names(`
		MakeMeasurePartitions DropMeasurePartitions ForgetReportRuns ListExpiredProjects
		BeginPlatformAlert SettlePlatformAlerts FirePlatformAlerts EndPlatformAlerts ListPlatformAlertsToTell ListPlatformChannelsToTell`),
	"one row by its primary key, as the hot ones do": names(`
		PutConfirmationToken GetChannelOfMail IsStoppedAddress ShowWorker DeleteWorker GetDetection GetDetectionOf EndDetection SetDetectionWaiting GetInstallationOf UntieInstallation RecordInstallation
		SetDeploymentStep EndDeployment HoldDeployment AwaitBuild LockBuildTurns PinEnvironment RenamePreview RenameDomain SetDeploymentBuildPlan SetDeploymentImage SetDeploymentImageDigest SetDeploymentSource
		GetUser ForgetPoll MarkProjectDeleted MarkProjectGone LockKeptProjectOf ReturnProject LockExpiredProject MembershipInDeletedProject UpdateProject SetVariablesReadable UpdateEnvironmentVariable UpdateNode DeleteDomain SetDomainRedirect GetRepositoryCredential PutRepositoryCredential DeleteRepositoryCredential NameHostKey PinHostKey MarkPreviewDeleted SetPreviewEnd ForgetBranches ProjectHasEnvironment
		LockOrganisation UpdateOrganisation GetMember SetMemberRole RemoveMember LockMembers MarkOrganisationDeleted SetOperator LockEdge LockOwnToken LockOrganisationToken LockMachineToken
		AcceptInvitation FindInvitationFor RevokeInvitation GetSession EndSession TieGithub NoteDevicePoll FetchDeviceLogin DecideDeviceLogin MakePersonal UseJoinToken
		GetNotificationChannel LockNotificationChannel UpdateNotificationChannel KeepFormerKey GetPlatformChannel LockPlatformChannel DeletePlatformChannel GetPlatformAlert
		FallAsleep BeginWaking EndSleep ForgetSleep SetWakeProblem SetSleepAfter SetSkewProtection
		SetGithubDeployment RecordReport RecordReportError RecordComment MakeCommentDue SetPullRequest AwaitApproval ApproveCommit RecordPulls ForgetFullPoll RequestPoll`),
	"one row by a unique name, when a person asks": names(`
		GetConfirmation GetStoppedOfMail UseConfirmation LockUser CountOwned ExpireDeviceLogins UseWebFlow UseSignInCode FindDeviceLogin UserByEmail UserByGithubID ReleaseGithubLogin SetQuotas SetPlatformQuotas GetQuotas GetPlatformQuotas
		GetPlatformLimits EdgeByName NodeByName OrganisationBySlug OrganisationSlugTaken LockEnvironmentVariable DeleteEnvironmentVariable GetEnvironmentVariable
		GetSecret DeleteSecret LockJoinToken`),
	"what happens to a repository or an account a few times a year": names(`
		RenameInstallationAccount ListInstallationsBeside SetDefaultBranch RenameRepository MoveRepository`),
	"what a person does a few times a year": names(`DeleteNode DeleteNodeVMs DeleteEdge CountNodeVMs ListNodePrefixes DeleteDomains KeepDomains UnpinEnvironments LoseKeptDomains DropTakenDeploymentDomains ReturnDomains ReleaseDomains
		ListKeptGenerated ReturnPreviews LastRelease ShowCertificatesAgain ListKeptProjectsOf LockKeptProjects
		DeleteDomainsOf ForgetRequestLogs MarkPreviewsDeleted ForgetAllBranches DropComments`),
	"what a person does now and then, on the few rows of one organisation or user": names(`
		IsMemberAddress CountConfirmations LockChannelsOfAddress StopAddress AllowAddress AdoptRepositories UntieInstallations CountOtherOwners CountClaims RemoveMembers ListInvitations ListInvitationsFor RevokeInvitations ReplaceInvitations ListOrganisationTokens
		ListNotificationChannels CountNotificationChannels DeleteNotificationChannels DeleteStoppedAddresses ListTokensMadeIn ListMachineTokens MachineKey OtherEdgeWithKey NewestNodeToken EndJoinTokens TokenStandsAbove RevokeTokens PutTokenBelow EndTokensOf ListSessions EndSessions EndSignInCodes`),
	"what an operator does now and then": names(`ListUsers CountOperators
		NewestBackup DatabaseHealth CountDiscardedJobs CountFailingCertificates LastAnswerOfAPI
		ListPlatformAlerts CountPlatformChannels ListPlatformChannels ListPlatformDeliveries`),
	"when an edge gets another address, or is deleted":         names(`NotifyNodes`),
	"one row by its key, with each backup":                     names(`RecordBackup`),
	"once of each log that is older than the numbers of lines": names(`NumberBuildLog`),
	"at most a day's keys of one token, with a create":         names(`DropStaleIdempotencyKeys`),
	"a table of at most a few rows":                            names(`DeposeDeadLeader ReleasePrefixes GetGithubApp RemoveGithubApp`),
}

// coldFiles are files of queries none of which is tested, with the reason.
var coldFiles = map[string]string{
	"garbage.sql.go": "passes every ten minutes, in batches, for which nobody waits",
	"history.sql.go": "as garbage.sql",
	"keysets.sql.go": "the table has one row; an operator's command reads all sealed values in batches, for which nobody waits",
}

func names(text string) []string { return strings.Fields(text) }
