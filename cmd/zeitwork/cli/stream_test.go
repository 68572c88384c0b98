package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

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
