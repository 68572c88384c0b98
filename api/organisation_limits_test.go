package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestOrganisationUse_ManyFollowLogs_ShareWhatTheirOrganisationGets(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		use, organisation, other := newOrganisationUse(), uuid.New(), uuid.New()
		use.learn(organisation, 6000, time.Now())
		use.learn(other, 6000, time.Now())

		require.Zero(t, use.pace(organisation, streamBytesPerSecond), "what is sent in a second may be sent at once")
		require.Equal(t, 250*time.Millisecond, use.pace(organisation, streamBytesPerSecond/4))
		require.Equal(t, 500*time.Millisecond, use.pace(organisation, streamBytesPerSecond/4))
		require.Zero(t, use.pace(other, streamBytesPerSecond))
	})
}

func TestOrganisationUse_LimitIsRead_OnceInAWhile(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		use, organisation, reads := newOrganisationUse(), uuid.New(), 0
		read := func() (int, error) {
			reads++

			return 60 * reads, nil
		}

		for range 5 {
			_, limit, err := use.request(organisation, read)
			require.NoError(t, err)
			require.Equal(t, 60, limit)
		}

		require.EqualValues(t, 5, use.inThisMinute(organisation))

		time.Sleep(limitKnownFor)

		_, limit, err := use.request(organisation, read)
		require.NoError(t, err)
		require.Equal(t, 120, limit)

		time.Sleep(time.Minute)
		require.Zero(t, use.inThisMinute(organisation))

		_, _, err = use.request(organisation, func() (int, error) { return 0, errors.New("the database is away") })
		require.Error(t, err)
	})
}

// listening is a reader that takes all that is sent, and counts the writes.
type listening struct {
	http.ResponseWriter

	text   strings.Builder
	writes int
}

func (l *listening) Write(data []byte) (int, error) {
	l.writes++

	return l.text.Write(data)
}

func (l *listening) SetWriteDeadline(time.Time) error { return nil }
func (l *listening) Flush()                           {}

func TestStreams_ManyLines_AreWrittenTogether(t *testing.T) {
	t.Parallel()

	reader := &listening{}
	out := &eventStream{writer: reader, controller: http.NewResponseController(reader), pace: func(context.Context, int) error { return nil }}
	lines := lo.Times(1000, func(i int) LogLine { return LogLine{ID: int64(i + 1), Line: "line"} })

	require.NoError(t, sendLines(t.Context(), out, lines))
	require.Equal(t, 1000, strings.Count(reader.text.String(), "event: line\n"))
	require.Less(t, reader.writes, 10)
}

// TestStreams_LinesAreWrittenFasterThanSent_EndWithTheTokenAllTheSame since such a stream never comes to the end of the log.
func TestStreams_LinesAreWrittenFasterThanSent_EndWithTheTokenAllTheSame(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		reader, began := &listening{}, time.Now()
		out := &eventStream{
			writer: reader, controller: http.NewResponseController(reader),
			pace: func(context.Context, int) error {
				time.Sleep(100 * time.Millisecond)

				return nil
			},
			admitted: func(context.Context) error {
				if time.Since(began) > 5*time.Second {
					return problem.New(problem.Unauthorized, "The token is not valid any more.")
				}

				return nil
			},
		}
		log := logStream{read: func(_ context.Context, window logWindow) ([]LogLine, error) {
			return lo.Times(window.limit, func(i int) LogLine { return LogLine{ID: window.after + int64(i) + 1} }), nil
		}}

		_, err := log.send(t.Context(), out, 0)
		require.ErrorIs(t, err, errGone)
		require.Less(t, time.Since(began), 10*time.Second)
	})
}
