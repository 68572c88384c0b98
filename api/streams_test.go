package api

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

type receivedEvent struct{ id, name, data string }

// reader reads events of a stream until it ends.
type reader struct {
	events chan receivedEvent
	// stands gets the ids that came without an event.
	stands chan string
	stop   context.CancelFunc
}

func (b *testBundle) stream(t *testing.T, path, lastEventID string) *reader {
	t.Helper()

	return b.streamAs(t, b.tokens.User, path, lastEventID)
}

func (b *testBundle) streamAs(t *testing.T, token, path, lastEventID string) *reader {
	t.Helper()

	return b.streamWith(t, http.Header{"Authorization": {"Bearer " + token}}, path, lastEventID)
}

// streamWith opens a stream by a request with that header.
func (b *testBundle) streamWith(t *testing.T, header http.Header, path, lastEventID string) *reader {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.http.URL+path, nil)
	require.NoError(t, err)
	request.Header = header

	if lastEventID != "" {
		request.Header.Set("Last-Event-ID", lastEventID)
	}

	response, err := http.DefaultClient.Do(request) //nolint:bodyclose // The goroutine below closes it.
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))

	r := &reader{events: make(chan receivedEvent), stands: make(chan string, 100), stop: cancel}

	go func() {
		defer close(r.events)
		defer func() { _ = response.Body.Close() }()

		event := receivedEvent{}

		for scanner := bufio.NewScanner(response.Body); scanner.Scan(); {
			switch field, value, _ := strings.Cut(scanner.Text(), ": "); field {
			case "id":
				event.id = value
			case "event":
				event.name = value
			case "data":
				event.data = value
			case "":
				if event.name == "" {
					if event.id != "" {
						r.stands <- event.id
					}

					event = receivedEvent{}

					continue
				}

				select {
				case r.events <- event:
				case <-ctx.Done():
					return
				}

				event = receivedEvent{}
			}
		}
	}()

	return r
}

// next returns the next event; none when the stream has ended.
func (r *reader) next(t *testing.T) receivedEvent {
	t.Helper()

	select {
	case event := <-r.events:
		return event
	case <-time.After(10 * time.Second):
		require.FailNow(t, "no event came")

		return receivedEvent{}
	}
}

// awaitStand waits until the stream has told that it stands there.
func (r *reader) awaitStand(t *testing.T, id string) {
	t.Helper()

	for patience := time.After(10 * time.Second); ; {
		select {
		case stand := <-r.stands:
			if stand == id {
				return
			}
		case <-patience:
			require.FailNow(t, "the stream does not tell that it stands there", id)
		}
	}
}

func (r *reader) line(t *testing.T) string {
	t.Helper()

	event, line := r.next(t), LogLine{}
	require.Equal(t, "line", event.name)
	require.NoError(t, json.Unmarshal([]byte(event.data), &line))
	require.Equal(t, strconv.FormatInt(line.ID, 10), event.id)

	return line.Line
}

func TestBuildLogStream_SendsHistoryThenWhatComesThenTheEnd(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	path := "/v1/deployments/" + deployment.ID.String() + "/build-logs/stream"

	b.buildLines(t, deployment.ID, "one", "two")

	stream := b.stream(t, path, "")
	require.Equal(t, "one", stream.line(t))

	second := stream.next(t)
	b.buildLines(t, deployment.ID, "three")
	require.Equal(t, "three", stream.line(t))

	// A reader that lost its connection continues after the last line that it saw.
	stream.stop()

	stream = b.stream(t, path, second.id)
	require.Equal(t, "three", stream.line(t))

	b.buildLines(t, deployment.ID, "four")
	b.end(t, deployment.ID, "failed")
	require.Equal(t, "four", stream.line(t))
	require.Equal(t, receivedEvent{name: "end", data: `{"state":"failed"}`}, stream.next(t))
	require.Equal(t, receivedEvent{}, stream.next(t))
}

func TestBuildLogStream_ThatDoesNotFollow_EndsBehindWhatThereIs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)

	b.buildLines(t, deployment.ID, "one")

	stream := b.stream(t, "/v1/deployments/"+deployment.ID.String()+"/build-logs/stream?follow=false", "")
	require.Equal(t, "one", stream.line(t))
	require.Equal(t, receivedEvent{}, stream.next(t))
}

func TestRuntimeLogStream_GoesOnWhileTheDeploymentHasVMs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := b.deployment(t, project.ID)
	vm := b.vm(t, deployment.ID)

	b.flip(t, project.ID, deployment.ID)

	stream := b.stream(t, "/v1/deployments/"+deployment.ID.String()+"/runtime-logs/stream", "")
	b.ship(t, vm, 1, "hello")
	require.Equal(t, "hello", stream.line(t))

	b.report(t, vm, "removed")
	require.Equal(t, "end", stream.next(t).name)
}

func TestRuntimeLogStream_ThatBreaksBeforeItsFirstLine_GoesOnWhereItBegan(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	vm := b.vm(t, deployment.ID)
	path := "/v1/deployments/" + deployment.ID.String() + "/runtime-logs/stream?tail=1"

	empty := b.stream(t, path, "")
	empty.awaitStand(t, "0")
	empty.stop()

	b.ship(t, vm, 1, "one", "two", "three")

	stream := b.stream(t, path, "0")
	for _, line := range []string{"one", "two", "three"} {
		require.Equal(t, line, stream.line(t))
	}

	// A stream whose filter lets nothing pass stands behind what it has looked at.
	last := b.count(t, "SELECT max(id) FROM runtime_logs")
	filtered := b.stream(t, path+"&q=none", "")
	filtered.awaitStand(t, strconv.Itoa(last))
}

func TestDeploymentStream_SendsEveryChangeUntilTheEnd(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	stream := b.stream(t, "/v1/deployments/"+deployment.ID.String()+"/events", "")

	seen := func() client.Deployment {
		event, d := stream.next(t), client.Deployment{}
		require.Equal(t, "deployment", event.name)
		require.NoError(t, json.Unmarshal([]byte(event.data), &d))

		return d
	}
	require.Equal(t, client.DeploymentStateQueued, seen().State)

	vm := b.vm(t, deployment.ID)
	b.report(t, vm, "starting")
	require.Equal(t, client.VMState("starting"), (*seen().VMS)[0].State)

	b.end(t, deployment.ID, "cancelled")
	require.Equal(t, client.DeploymentStateCancelled, seen().State)
	require.Equal(t, receivedEvent{}, stream.next(t))
}

func TestStreams_OfOthersOrFromNowhere_AreProblems(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)

	answer, err := b.stranger.StreamBuildLogsWithResponse(t.Context(), deployment.ID, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, answer.StatusCode())

	answer, err = b.owner.StreamBuildLogsWithResponse(t.Context(), uuid.New(), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, answer.StatusCode())

	answer, err = b.owner.StreamBuildLogsWithResponse(t.Context(), deployment.ID, &client.StreamBuildLogsParams{LastEventID: new("x")})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode())
}

// beatWriter is an http.ResponseWriter that passes on what is written.
type beatWriter struct {
	http.ResponseWriter

	written chan string
}

func (w beatWriter) Write(data []byte) (int, error) {
	w.written <- string(data)

	return len(data), nil
}
func (beatWriter) FlushError() error                { return nil }
func (beatWriter) SetWriteDeadline(time.Time) error { return nil }

func TestStream_OnWhichNothingHappens_BeatsEvery15Seconds(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		writer := beatWriter{written: make(chan string)}
		out := &eventStream{writer: writer, controller: http.NewResponseController(writer), admitted: func(context.Context) error { return nil }}
		begun, done := time.Now(), make(chan error)

		go func() {
			done <- (&service{}).follow(ctx, out, nil, nil, func() (bool, error) { return false, nil })
		}()

		for beat := range 3 {
			require.Equal(t, ": still here\n\n", <-writer.written)
			require.Equal(t, time.Duration(beat+1)*heartbeat, time.Since(begun))
		}

		cancel()
		require.NoError(t, <-done)
	})
}

func TestStreams_EndWithTheTokenAndWithTheMembership(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := b.deployment(t, project.ID)
	path := "/v1/deployments/" + deployment.ID.String() + "/events"

	token := b.makeToken(t, b.tokens.User, client.CreateTokenInputBody{Name: "stream"})
	organisation := b.organisation(t)
	scoped := b.makeToken(t, b.tokens.User, client.CreateTokenInputBody{Name: "ci", OrganisationID: &organisation})

	ending := map[string]struct {
		token client.NewToken
		end   string
	}{
		"revoked": {token, "UPDATE api_tokens SET revoked_at = now() WHERE id = $1"},
		"expired": {b.makeToken(t, b.tokens.User, client.CreateTokenInputBody{Name: "short"}), "UPDATE api_tokens SET expires_at = now() WHERE id = $1"},
		"no member any more": {scoped, `DELETE FROM organisation_members USING api_tokens
			WHERE api_tokens.id = $1 AND api_tokens.organisation_id = organisation_members.organisation_id`},
	}

	for _, name := range []string{"revoked", "expired", "no member any more"} {
		c := ending[name]
		stream := b.streamAs(t, c.token.Secret, path, "")
		require.Equal(t, "deployment", stream.next(t).name, name)

		b.exec(t, c.end, c.token.ID)
		require.Equal(t, receivedEvent{}, stream.next(t), "%s: the stream ends", name)
	}
}

func TestPages_RefuseFrames(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for _, path := range []string{explorerPath, riverPath + "/", signInPath} {
		answer := b.send(t, http.MethodGet, "", path, "", nil)
		require.Contains(t, answer.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'", path)
	}
}
