package api

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
)

// requestBatch is how many requests a stream reads at a time.
const requestBatch = 500

// streamRequests sends what came last, where the caller asks for it, and then each new request. Where the stream begins is decided before the caller hears
// that it is open.
func (s *service) streamRequests(ctx context.Context, input *StreamRequestsInput) (func(context.Context, *eventStream) error, error) {
	last, tail, err := s.beginRequests(ctx, input)
	if err != nil {
		return nil, err
	}

	return func(ctx context.Context, out *eventStream) error {
		news, cancel := s.subscribe(wakeup{database.ChannelRequestLogs, input.ProjectID.String()})
		defer cancel()

		if err := sendRequests(ctx, out, tail); err != nil {
			return err
		}

		// As in streamLog.
		if err := out.tellStand(last); err != nil {
			return err
		}

		err := s.follow(ctx, out, news, nil, func() (bool, error) {
			if _, err := s.project(ctx, input.ProjectID); err != nil {
				return false, cmp.Or(endOf(err), errGone)
			}

			if last, err = s.sendArrived(ctx, out, input, last); err != nil {
				return false, err
			}

			out.stand(last)

			return !input.Follow, nil
		})
		if errors.Is(err, errGone) {
			return nil
		}

		return err
	}, nil
}

// beginRequests returns the number behind which the stream goes on, and what is sent before.
func (s *service) beginRequests(ctx context.Context, input *StreamRequestsInput) (last int64, tail []database.RequestLog, err error) {
	if input.LastEventID != "" {
		last, err = strconv.ParseInt(input.LastEventID, 10, 64)

		return last, nil, err
	}

	if last, err = s.lastRequest(ctx, input); err != nil || last == 0 || input.Tail == 0 {
		return last, nil, err
	}

	params := arrived(input.choose(input.ProjectID, organisationOf(ctx)), 0, last)
	params.MaxRows = int32(input.Tail) //nolint:gosec // Bounded by the schema.

	tail, err = s.queries.ListArrivedRequestLogsBackwards(ctx, database.ListArrivedRequestLogsBackwardsParams(params))
	slices.Reverse(tail)

	return last, tail, err
}

// lastRequest returns the number of what was stored last for the project; 0: nothing was.
func (s *service) lastRequest(ctx context.Context, input *StreamRequestsInput) (int64, error) {
	last, err := s.queries.LastRequestNumber(ctx, input.ProjectID, organisationOf(ctx))
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}

	return last, err
}

// sendArrived sends what was stored behind last and returns the number behind which the next call goes on. Numbers of a project are committed in
// order, so that there will be no new one below the greatest that is seen.
func (s *service) sendArrived(ctx context.Context, out *eventStream, input *StreamRequestsInput, last int64) (int64, error) {
	newest, err := s.lastRequest(ctx, input)
	if err != nil {
		return last, err
	}

	for last < newest {
		params := arrived(input.choose(input.ProjectID, organisationOf(ctx)), last, newest)

		rows, err := s.queries.ListArrivedRequestLogs(ctx, params)
		if err != nil {
			return last, err
		}

		if err := sendRequests(ctx, out, rows); err != nil {
			return last, err
		}

		if len(rows) < requestBatch {
			return newest, nil
		}

		last = rows[len(rows)-1].Number

		// It may take as long as requests come faster than they are sent.
		if err := out.admitted(ctx); err != nil {
			return last, cmp.Or(endOf(err), errGone)
		}
	}

	return last, nil
}

// arrived are the filters for the queries in the order of arrival.
func arrived(of database.ListRequestLogsParams, after, until int64) database.ListArrivedRequestLogsParams {
	return database.ListArrivedRequestLogsParams{
		ProjectID: of.ProjectID, OrganisationID: of.OrganisationID, Since: of.Since, After: after, Until: until, EnvironmentID: of.EnvironmentID,
		DeploymentID: of.DeploymentID, Chosen: of.Chosen, VMID: of.VMID, StatusFrom: of.StatusFrom, StatusTo: of.StatusTo, Method: of.Method,
		PathPart: of.PathPart, SlowerThan: of.SlowerThan, MaxRows: requestBatch,
	}
}

func sendRequests(ctx context.Context, out *eventStream, rows []database.RequestLog) error {
	return sendEvents(ctx, out, rows, func(row database.RequestLog) (string, error) {
		return encodeEvent(row.Number, "request", newRequestRecord(row))
	})
}
