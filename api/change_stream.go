package api

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// changePause is the shortest time between two events of a stream of changes.
	changePause = 250 * time.Millisecond
	// changeOverlap is how much earlier than where it ended a stream of changes goes on: clocks of api processes differ, and one of them may hear of a change
	// later than another one.
	changeOverlap = 5 * time.Second
)

// changeStream is one stream of changes while it is followed.
type changeStream struct {
	*service

	out     *eventStream
	changes *database.Changes
}

func (s *service) streamProjectChanges(_ context.Context, input *StreamProjectChangesInput) (func(context.Context, *eventStream) error, error) {
	return s.followChanges(input.ProjectID, input.FollowChangesInput), nil
}

func (s *service) streamOrganisationChanges(_ context.Context, input *StreamOrganisationChangesInput) (func(context.Context, *eventStream) error, error) {
	return s.followChanges(uuid.Nil, input.FollowChangesInput), nil
}

// followChanges returns the function that writes a stream of changes: of the project, or of the whole organisation for the zero one.
func (s *service) followChanges(project uuid.UUID, input FollowChangesInput) func(context.Context, *eventStream) error {
	return func(ctx context.Context, out *eventStream) error {
		changes, cancel := s.listener.FollowChanges(organisationOf(ctx), project, input.since())
		defer cancel()

		stream := changeStream{service: s, out: out, changes: changes}

		if err := stream.send(s.listener.ChangesHeardUntil(), changes.Take()); err != nil || !input.Follow {
			return err
		}

		return stream.run(ctx)
	}
}

// since is the time from which on the caller may not know what has changed; zero: it knows nothing.
func (i FollowChangesInput) since() time.Time {
	last, err := strconv.ParseInt(i.LastEventID, 10, 64)
	if err != nil {
		return time.Time{}
	}

	return time.UnixMilli(last).Add(-changeOverlap)
}

func (s changeStream) run(ctx context.Context) error {
	beats, again := time.NewTicker(heartbeat), time.NewTicker(recheckInterval)
	defer beats.Stop()
	defer again.Stop()

	sent := time.Now()

	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.stopping:
			return nil
		case <-s.changes.Wake():
			s.restUntil(ctx, sent.Add(changePause))

			if over, err := s.tell(ctx); over || err != nil {
				return err
			}

			sent = time.Now()
		case <-again.C:
			if over, err := s.checkAdmission(ctx); over || err != nil {
				return err
			}
		case <-beats.C:
			if over, err := s.beat(ctx); over || err != nil {
				return err
			}

			sent = time.Now()
		}
	}
}

// tell sends what has changed. Where that may have taken the caller's right to see it, the right is looked at first.
func (s changeStream) tell(ctx context.Context) (over bool, err error) {
	// The time comes before the kinds: a change between the two is told again to a reader that comes back with the id of this event, and never left out.
	until, kinds := s.listener.ChangesHeardUntil(), s.changes.Take()

	if slices.ContainsFunc(kinds, func(kind string) bool {
		return slices.Contains([]string{"members", "organisation", "project", "tokens"}, kind)
	}) {
		if over, err := s.checkAdmission(ctx); over || err != nil {
			return over, err
		}
	}

	return false, s.send(until, kinds)
}

// beat sends a ping, behind what has changed: the id of a ping says as much as that of a change.
func (s changeStream) beat(ctx context.Context) (over bool, err error) {
	until := s.listener.ChangesHeardUntil()

	if over, err := s.tell(ctx); over || err != nil {
		return over, err
	}

	return false, s.write(until, "ping", Ping{Time: time.Now().UTC()})
}

// send sends what has changed until then.
func (s changeStream) send(until time.Time, kinds []string) error {
	if len(kinds) == 0 {
		return nil
	}

	return s.write(until, "changed", Changed{Kinds: kinds})
}

// write writes an event whose id is the time until which the reader knows of all changes. It has none where this process does not hear of changes.
func (s changeStream) write(until time.Time, event string, data any) error {
	id := int64(0)
	if !until.IsZero() {
		id = until.UnixMilli()
	}

	encoded, err := encodeEvent(id, event, data)
	if err != nil {
		return err
	}

	return s.out.write(encoded)
}

// checkAdmission tells whether the stream is over: because the caller's token or session has ended, or, which an event says, because what is followed was
// deleted or the caller may not see it any more.
func (s changeStream) checkAdmission(ctx context.Context) (over bool, err error) {
	err = s.out.admitted(ctx)

	if code := problem.CodeOf(err); err != nil && (code == problem.NotFound || code == problem.Forbidden) {
		return true, s.out.send("gone", Gone{Reason: problem.MessageOf(err)})
	}

	return err != nil, endOf(err)
}
