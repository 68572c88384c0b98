package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// The kinds of rows of request_logs.
const (
	recordRequest   = "request"
	recordSampled   = "sampled"
	recordOverQuota = "over_quota"
)

// highestStatus is the highest status that a row may have.
const highestStatus = 999

func (s *service) listRequests(ctx context.Context, input *ListRequestsInput) (*PageOutput[RequestRecord], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	params := input.choose(input.ProjectID, organisationOf(ctx))
	params.BeforeID, params.BeforeAt, params.MaxRows = before, id.Time(before), input.rows()
	params.Until = params.BeforeAt

	// The bound itself is left out: the greatest id of the millisecond before is the last one that counts.
	if !input.To.IsZero() && input.To.Before(params.BeforeAt) {
		params.BeforeID, params.BeforeAt, params.Until = uuid.Nil, input.To, input.To
	}

	rows, err := s.queries.ListRequestLogs(ctx, params)
	if err != nil {
		return nil, err
	}

	return page(input.PageInput, rows, newRequestRecord, func(r RequestRecord) uuid.UUID { return r.ID }), nil
}

// choose returns the filters as the queries of request_logs take them.
func (f RequestFilterInput) choose(project, organisation uuid.UUID) database.ListRequestLogsParams {
	from, to := f.statuses()

	return database.ListRequestLogsParams{
		ProjectID: project, OrganisationID: organisation, Since: f.From,
		EnvironmentID: lo.EmptyableToPtr(f.EnvironmentID), DeploymentID: lo.EmptyableToPtr(f.DeploymentID), VMID: lo.EmptyableToPtr(f.VMID),
		// With one of these, what tells of requests that are missing is left out.
		Chosen:     f.VMID != uuid.Nil || f.Status != "" || f.Method != "" || f.Path != "" || f.SlowerThanMS > 0,
		StatusFrom: from, StatusTo: to, Method: f.Method, PathPart: f.Path, SlowerThan: (time.Duration(f.SlowerThanMS) * time.Millisecond).Microseconds(),
	}
}

// statuses returns the lowest and the highest status that are asked for.
func (f RequestFilterInput) statuses() (from, to int32) {
	const class = 100

	if digit, isClass := strings.CutSuffix(f.Status, "xx"); isClass {
		number, _ := strconv.ParseInt(digit, 10, 32) // Of the pattern.
		from = int32(number) * class

		return from, from + class - 1
	}

	if f.Status == "" {
		return 0, highestStatus
	}

	number, _ := strconv.ParseInt(f.Status, 10, 32) // Of the pattern.

	return int32(number), int32(number)
}

func newRequestRecord(row database.RequestLog) RequestRecord {
	return RequestRecord{
		ID: row.ID, Kind: row.Kind, EnvironmentID: row.EnvironmentID, DeploymentID: row.DeploymentID, VMID: row.VMID, Region: row.Region, StartedAt: row.At,
		Method: row.Method, Host: row.Host, Path: row.Path, Status: int(row.Status), DurationMS: milliseconds(row.DurationUs),
		FirstByteMS: milliseconds(row.FirstByteUs), BytesOut: row.BytesOut, Attempts: int(row.Attempts), Interrupted: row.Interrupted,
		RequestID: row.RequestID, Dropped: row.Dropped, Message: missingSentence(row.Kind, row.Dropped),
	}
}

func milliseconds(microseconds int64) float64 {
	return float64(microseconds) / float64(time.Millisecond.Microseconds())
}

// missingSentence tells of requests that were not kept, in a row that stands for them.
func missingSentence(kind string, dropped int64) string {
	switch kind {
	case recordSampled:
		return fmt.Sprintf("Requests are missing here (%d): there were more at once than are kept. Those with status 5xx are kept first.", dropped)
	case recordOverQuota:
		return fmt.Sprintf("Requests of this minute are missing (%d), because your organisation's apps log more than they may in a minute: "+
			"requests count as lines do.", dropped)
	default:
		return ""
	}
}
