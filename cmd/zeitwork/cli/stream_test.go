package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func streamFrom(t *testing.T, handler http.HandlerFunc) open {
	t.Helper()

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	return func(ctx context.Context, last *string) (*http.Response, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
		if err != nil {
			return nil, err
		}

		if last != nil {
			request.Header.Set("Last-Event-ID", *last)
		}

		return http.DefaultClient.Do(request)
	}
}

func TestFollow_StreamBreaks_GoesOnBehindTheLastEvent(t *testing.T) {
	t.Parallel()

	opening := streamFrom(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Last-Event-ID") == "" {
			_, _ = fmt.Fprint(w, ": a comment\n\nid: 1\nevent: line\ndata: {\"line\":\ndata: \"one\"}\n\nid: 2\nda")

			return
		}

		_, _ = fmt.Fprintf(w, "id: 2\nevent: line\ndata: behind %s\n\nevent: end\ndata: {}\n\n", r.Header.Get("Last-Event-ID"))
	})

	var seen []string

	err := follow(t.Context(), opening, true, func(event serverEvent) (bool, error) {
		seen = append(seen, event.Name+" "+event.ID+" "+string(event.Data))

		return event.Name == "end", nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{`line 1 {"line":"one"}`, "line 2 behind 1", "end  {}"}, seen)
}

func TestFollow_StreamBreaksBeforeTheFirstEvent_GoesOnWhereItBegan(t *testing.T) {
	t.Parallel()

	var again atomic.Bool

	opening := streamFrom(t, func(w http.ResponseWriter, r *http.Request) {
		if !again.Swap(true) {
			_, _ = fmt.Fprint(w, "id: 7\n\n")

			return
		}

		_, _ = fmt.Fprintf(w, "event: end\ndata: behind %s\n\n", r.Header.Get("Last-Event-ID"))
	})

	var seen []string

	require.NoError(t, follow(t.Context(), opening, true, func(event serverEvent) (bool, error) {
		seen = append(seen, event.Name+" "+string(event.Data))

		return event.Name == "end", nil
	}))
	require.Equal(t, []string{"end behind 7"}, seen)
}

func TestFollow_NotToBeFollowed_EndsWithTheStream(t *testing.T) {
	t.Parallel()

	opening := streamFrom(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "data: x\n\n") })
	events := 0

	require.NoError(t, follow(t.Context(), opening, false, func(serverEvent) (bool, error) { events++; return false, nil }))
	require.Equal(t, 1, events)
}

func TestFollow_Refused_SaysWhatThePlatformSaid(t *testing.T) {
	t.Parallel()

	opening := streamFrom(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprint(w, `{"title":"Not Found","detail":"There is no such deployment."}`)
	})

	err := follow(t.Context(), opening, true, func(serverEvent) (bool, error) { return false, nil })
	require.EqualError(t, err, "There is no such deployment.")
}

func TestFollow_PlatformAway_TriesAgainAndSaysSo(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		// It answers, breaks off, is away, answers nonsense of a proxy, and is back.
		answers := []struct {
			status int
			body   string
		}{
			{http.StatusOK, "id: 1\ndata: one\n\n"},
			{},
			{http.StatusBadGateway, "<html>"},
			{http.StatusOK, "id: 2\ndata: two\n\n"},
		}

		var (
			told []bool
			from []string
			seen []string
		)

		f := following{
			again: true,
			away:  func(err error) { told = append(told, err != nil) },
			open: func(_ context.Context, last *string) (*http.Response, error) {
				answer := answers[len(from)]
				from = append(from, value(last))

				if answer.status == 0 {
					return nil, syscall.ECONNREFUSED
				}

				return answerOf(answer.status, answer.body), nil
			},
		}

		require.NoError(t, f.follow(t.Context(), func(event serverEvent) (bool, error) {
			seen = append(seen, string(event.Data))

			return event.ID == "2", nil
		}))
		require.Equal(t, []string{"one", "two"}, seen)
		require.Equal(t, []string{"", "1", "1", "1"}, from)
		require.Equal(t, []bool{true, true, false}, told)
	})
}

func TestFollow_PlatformAwayForTooLong_Ends(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		f := following{again: true, expected: true, open: func(context.Context, *string) (*http.Response, error) { return nil, syscall.ECONNREFUSED }}

		err := f.follow(t.Context(), func(serverEvent) (bool, error) { return false, nil })
		require.ErrorContains(t, err, "does not answer")
		require.Equal(t, ExitFailure, ExitCode(err))
		require.InDelta(t, patience.Seconds(), time.Since(began).Seconds(), longestReconnectPause.Seconds())
	})
}

func TestFollow_FirstAnswerFails_EndsAtOnce(t *testing.T) {
	t.Parallel()

	opens := 0

	err := follow(t.Context(), func(context.Context, *string) (*http.Response, error) { opens++; return nil, syscall.ECONNREFUSED }, true,
		func(serverEvent) (bool, error) { return false, nil })
	require.ErrorContains(t, err, "does not answer")
	require.Equal(t, 1, opens)
}

func TestFollow_StreamFallsSilent_IsOpenedAgain(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		opens := 0

		err := follow(t.Context(), func(ctx context.Context, _ *string) (*http.Response, error) {
			if opens++; opens == 2 {
				return answerOf(http.StatusOK, "data: there\n\n"), nil
			}

			dead, _ := io.Pipe()
			context.AfterFunc(ctx, func() { _ = dead.Close() })

			return &http.Response{StatusCode: http.StatusOK, Body: dead}, nil
		}, true, func(serverEvent) (bool, error) { return true, nil })
		require.NoError(t, err)
		require.Equal(t, 2, opens)
	})
}

func answerOf(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body))}
}
