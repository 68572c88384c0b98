package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
)

// followPath is the path of follow-streams that asks for streams.
func followPath(of ...string) string { return "/v1/streams?" + url.Values{"of": of}.Encode() }

// joinedReader reads the events of several streams in one answer.
type joinedReader struct {
	*reader

	// passed are events that came before all streams were open.
	passed []receivedEvent
}

// follow opens streams in one answer, and waits until all of them are open.
func (b *testBundle) follow(t *testing.T, token, lastEventID string, of ...string) *joinedReader {
	t.Helper()

	r := &joinedReader{reader: b.streamAs(t, token, followPath(of...), lastEventID)}

	for open := 0; open < len(of); {
		if event := r.reader.next(t); event.name == "open" {
			open++
		} else {
			require.Equal(t, "event", event.name, event.data)
			r.passed = append(r.passed, event)
		}
	}

	return r
}

// next returns the next event; none when the answer has ended.
func (r *joinedReader) next(t *testing.T) receivedEvent {
	t.Helper()

	if len(r.passed) == 0 {
		return r.reader.next(t)
	}

	event := r.passed[0]
	r.passed = r.passed[1:]

	return event
}

// about returns the number of the stream that the next event is about, which has that name.
func (r *joinedReader) about(t *testing.T, name string) int {
	t.Helper()

	event, about := r.next(t), StreamOver{}
	require.Equal(t, name, event.name, event.data)
	require.NoError(t, json.Unmarshal([]byte(event.data), &about))

	return about.Source
}

// of returns the next event of one of the streams, and passes over those of others.
func (r *joinedReader) of(t *testing.T, source int) (id, name string, data json.RawMessage) {
	t.Helper()

	for {
		event := r.next(t)
		passed := struct {
			Source int             `json:"source"`
			Event  string          `json:"event"`
			Data   json.RawMessage `json:"data"`
		}{}
		require.NotEmpty(t, event.name, "the stream has ended")
		require.NoError(t, json.Unmarshal([]byte(event.data), &passed))

		if event.name == "event" && passed.Source == source {
			return event.id, passed.Event, passed.Data
		}
	}
}

// lineOf returns the text of the next line of one of the streams.
func (r *joinedReader) lineOf(t *testing.T, source int) string {
	t.Helper()

	_, name, data := r.of(t, source)
	line := LogLine{}
	require.Equal(t, "line", name)
	require.NoError(t, json.Unmarshal(data, &line))

	return line.Line
}

func TestFollowStreams_CarriesTheEventsOfEach_AndGoesOnBehindThem(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment := b.deployment(t, project).ID
	of := []string{
		"/v1/projects/" + project.String() + "/requests/stream", "/v1/deployments/" + deployment.String() + "/build-logs/stream",
	}

	b.buildLines(t, deployment, "one", "two")

	stream := b.follow(t, b.tokens.User, "", of...)
	require.Equal(t, "one", stream.lineOf(t, 1))
	require.Equal(t, "two", stream.lineOf(t, 1))

	b.pass(t, passed(deployment, time.Now(), "/a"), passed(deployment, time.Now(), "/b"))

	last, name, data := stream.of(t, 0)
	require.Equal(t, "request", name)
	require.Contains(t, string(data), `"/a"`)

	// The id says how far both have come: the log to its second line, the requests to the first.
	stream.stop()
	b.buildLines(t, deployment, "three")

	stream = b.follow(t, b.tokens.User, last, of...)
	require.Equal(t, "three", stream.lineOf(t, 1))

	stream = b.follow(t, b.tokens.User, last, of...)
	_, _, data = stream.of(t, 0)
	require.Contains(t, string(data), `"/b"`)

	// A client that follows other streams than before puts the positions of those that it keeps into one id.
	_, log, _ := strings.Cut(last, ",")
	stream = b.follow(t, b.tokens.User, log+",", of[1], "/v1/projects/"+project.String()+"/changes")
	require.Equal(t, "three", stream.lineOf(t, 0))
}

func TestFollowStreams_BreakBeforeTheFirstEvent_EachGoesOnWhereItBegan(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment := b.deployment(t, project).ID
	vm := b.vm(t, deployment)
	b.exec(t, "UPDATE deployments SET step = 'health_check' WHERE id = $1", deployment)

	of := []string{"/v1/projects/" + project.String() + "/requests/stream?tail=1", "/v1/projects/" + project.String() + "/logs/stream?tail=1"}

	stream := b.follow(t, b.tokens.User, "", of...)
	stream.awaitStand(t, "0,0")
	stream.stop()

	// More than a tail, while nobody listens.
	b.ship(t, vm, 1, "one", "two")
	b.pass(t, passed(deployment, time.Now(), "/a"), passed(deployment, time.Now(), "/b"))

	stream = b.follow(t, b.tokens.User, "0,0", of...)
	require.Equal(t, "one", stream.lineOf(t, 1))
	require.Equal(t, "two", stream.lineOf(t, 1))

	stream = b.follow(t, b.tokens.User, "0,0", of...)
	_, _, data := stream.of(t, 0)
	require.Contains(t, string(data), `"/a"`)
}

func TestFollowStreams_OneEnds_TheOthersGoOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment := b.deployment(t, project).ID
	stream := b.follow(t, b.tokens.User, "", "/v1/deployments/"+deployment.String()+"/build-logs/stream", "/v1/projects/"+project.String()+"/requests/stream")

	b.end(t, deployment, "failed")

	_, name, data := stream.of(t, 0)
	require.Equal(t, "end", name)
	require.JSONEq(t, `{"state":"failed"}`, string(data))
	require.Zero(t, stream.about(t, "over"))

	b.pass(t, passed(deployment, time.Now(), "/later"))

	_, _, data = stream.of(t, 1)
	require.Contains(t, string(data), "/later")

	ending := b.follow(t, b.tokens.User, "", "/v1/projects/"+project.String()+"/requests/stream?follow=false")
	require.Zero(t, ending.about(t, "over"))
	require.Equal(t, receivedEvent{}, ending.next(t), "the answer ends with the last of them")
}

func TestFollowStreams_OneIsRefused_SaysWhyAndTheOthersGoOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment := b.deployment(t, project).ID

	for _, c := range []struct {
		of     string
		status int
	}{
		{"/v1/deployments/" + b.nodeID.String() + "/build-logs/stream", http.StatusNotFound},
		{"/v1/deployments/x/build-logs/stream", http.StatusUnprocessableEntity},
		{"/v1/projects/" + project.String() + "/logs/stream?q=/(/", http.StatusUnprocessableEntity},
		{"/v1/projects/" + project.String() + "/logs/stream?tail=", http.StatusUnprocessableEntity},
	} {
		stream := &joinedReader{reader: b.streamAs(t, b.tokens.User, followPath(c.of, "/v1/projects/"+project.String()+"/requests/stream"), "")}
		refused := StreamRefused{Source: -1}
		opened := false

		for refused.Source < 0 || !opened {
			event := stream.next(t)
			opened = opened || event.name == "open"

			if event.name == "refused" {
				require.NoError(t, json.Unmarshal([]byte(event.data), &refused))
			}
		}

		require.Equal(t, 0, refused.Source)
		require.Equal(t, c.status, refused.Problem.Status, c.of)
		require.NotEmpty(t, refused.Problem.Detail)

		b.pass(t, passed(deployment, time.Now(), "/later"))

		_, _, data := stream.of(t, 1)
		require.Contains(t, string(data), "/later")
	}
}

func TestFollowStreams_EndsWithTheTokenAndTheProcess(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	of := []string{"/v1/projects/" + project.String() + "/changes", "/v1/projects/" + project.String() + "/requests/stream"}

	revoked := b.follow(t, b.makeToken(t, b.tokens.User, client.CreateTokenInputBody{Name: "short"}).Secret, "", of...)
	kept := b.follow(t, b.tokens.User, "", of...)

	b.exec(t, "UPDATE api_tokens SET revoked_at = now() WHERE name = 'short'")

	for event := revoked.next(t); event != (receivedEvent{}); event = revoked.next(t) {
		require.NotEqual(t, "refused", event.name)
	}

	b.exec(t, "UPDATE projects SET report_error = 'x' WHERE id = $1", project)

	for {
		_, name, data := kept.of(t, 0)
		require.Equal(t, "changed", name)

		if string(data) == `{"kinds":["project"]}` {
			break
		}
	}

	// A process that stops ends the answer, and not its streams: the reader goes on with another process.
	b.stop()
	require.Equal(t, receivedEvent{}, kept.next(t))
}

func TestFollowStreams_PermitsEachAsItsOwnOperationDoes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	tried := map[int]int{}

	for _, o := range b.describedOperations(t) {
		if !strings.HasPrefix(o.ID, "stream-") {
			continue
		}

		of := o.path
		for name, value := range w.names {
			of = strings.ReplaceAll(of, "{"+name+"}", value)
		}

		for _, caller := range w.actors() {
			alone := w.call(t, o, caller).StatusCode
			header := http.Header{}

			if caller.session {
				header.Set("Cookie", sessionCookie+"="+caller.token)
			} else {
				header.Set("Authorization", "Bearer "+caller.token)
			}

			if caller.invalid || caller.kind == nodeKind || caller.kind == edgeKind {
				require.Equal(t, alone, b.send(t, http.MethodGet, "", followPath(of+"?follow=false"), "", header).StatusCode, "%s as %s", o.ID, caller.name)

				continue
			}

			first := b.streamWith(t, header, followPath(of+"?follow=false"), "").next(t)
			if alone == http.StatusOK {
				require.Equal(t, "open", first.name, "%s as %s: %s", o.ID, caller.name, first.data)
			} else {
				require.Equal(t, "refused", first.name, "%s as %s: %s", o.ID, caller.name, first.data)
				require.Contains(t, first.data, fmt.Sprintf(`"status":%d`, alone))
			}

			tried[alone]++
		}
	}

	require.Greater(t, tried[http.StatusOK], 40)
	require.Greater(t, tried[http.StatusNotFound], 10)
}

func TestFollowStreams_OfWhatIsNoStream_422(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := "/v1/projects/" + b.project(t).ID.String()
	changes := project + "/changes"

	for _, of := range [][]string{
		{}, {""}, {changes, project}, {"/v1/streams?of=" + changes}, {"/v1//projects/x/changes"}, {"/v1/me/../projects/x/changes"}, {"/"}, {"changes"},
		{"//else.example.com" + changes}, {"http://else.example.com" + changes}, {"/v1/registry/token"}, {explorerPath}, {"/healthz"},
		{changes, changes, changes, changes, changes, changes},
	} {
		answer := b.send(t, http.MethodGet, b.tokens.User, followPath(of...), "", nil)
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, "%s: %s", of, answer.text)
		require.Contains(t, answer.text, "query.of")
	}

	for _, id := range []string{"1,2", "x", ",,"} {
		answer := b.send(t, http.MethodGet, b.tokens.User, followPath(changes), "", http.Header{"Last-Event-ID": {id}})
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, "%s: %s", id, answer.text)
	}
}

func TestFollowStreams_CountAsOne(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.service.use = newCallerUse(CallerLimits{RequestsPerMinute: 6000, Streams: 1})
	project := "/v1/projects/" + b.project(t).ID.String()
	of := []string{project + "/changes", project + "/requests/stream", project + "/logs/stream"}

	stream := b.follow(t, b.tokens.User, "", of...)
	require.Equal(t, 1, b.server.service.use.open())
	require.Equal(t, http.StatusTooManyRequests, b.send(t, http.MethodGet, b.tokens.User, followPath(of...), "", nil).StatusCode)
	stream.stop()

	require.Eventually(t, func() bool { return b.server.service.use.open() == 0 }, 10*time.Second, 10*time.Millisecond)
}

func TestFollowStreams_OneBreaks_IsNotOver_AndIsFollowedAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment := b.deployment(t, project).ID
	of := []string{"/v1/deployments/" + deployment.String() + "/build-logs/stream", "/v1/projects/" + project.String() + "/requests/stream"}

	b.buildLines(t, deployment, "one")

	stream := b.follow(t, b.tokens.User, "", of...)
	last, name, _ := stream.of(t, 0)
	require.Equal(t, "line", name)

	b.exec(t, "ALTER TABLE build_logs RENAME TO hidden")
	require.NoError(t, b.queries.Notify(t.Context(), database.ChannelBuildLogs, deployment.String()))
	require.Equal(t, receivedEvent{}, stream.next(t), "the answer breaks")

	b.exec(t, "ALTER TABLE hidden RENAME TO build_logs")
	b.buildLines(t, deployment, "two")
	require.Equal(t, "two", b.follow(t, b.tokens.User, last, of...).lineOf(t, 0))
}

func TestFollowStreams_OneIsAborted_EndsTheAnswerAndNotTheProcess(t *testing.T) {
	t.Parallel()

	b := setup(t)
	requests := "/v1/projects/" + b.project(t).ID.String() + "/requests/stream"
	b.server.service.streams.mux.HandleFunc("GET /v1/aborted", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })

	answer := b.streamAs(t, b.tokens.User, followPath("/v1/aborted", requests), "")

	for event := answer.next(t); event != (receivedEvent{}); event = answer.next(t) {
		require.Equal(t, "open", event.name, event.data)
	}

	b.follow(t, b.tokens.User, "", requests).stop()
}

func TestFollowStreams_CommentsStayComments_AndPositionsPositions(t *testing.T) {
	t.Parallel()

	writer := beatWriter{written: make(chan string, 1)}
	joined := &joinedStream{
		out: &eventStream{writer: writer, controller: http.NewResponseController(writer)}, positions: []string{"7", ""}, broke: func() {},
	}

	require.NoError(t, joined.out.beat())
	beat := <-writer.written
	require.NoError(t, joined.pass(1, beat))
	require.Equal(t, beat, <-writer.written)

	require.NoError(t, joined.pass(1, beat+"id: 8\n\n"))
	require.Equal(t, beat+"id: 7,8\n\n", <-writer.written)

	event, err := encodeEvent(9, "line", map[string]string{"line": "a\n\nb"})
	require.NoError(t, err)
	require.NoError(t, joined.pass(1, event+event))

	marked := "id: 7,9\nevent: event\ndata: {\"source\":1,\"event\":\"line\",\"data\":{\"line\":\"a\\n\\nb\"}}\n\n"
	require.Equal(t, marked+marked, <-writer.written)
}

func TestFollowStreams_ThatCannotBeWritten_EndsAllOfThem(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	writer := brokenWriter{}
	joined := &joinedStream{out: &eventStream{writer: writer, controller: http.NewResponseController(writer)}, positions: []string{""}, broke: cancel}

	require.Error(t, joined.pass(0, ": still here\n\n"))
	require.ErrorIs(t, ctx.Err(), context.Canceled)
}

// brokenWriter is an http.ResponseWriter whose reader has gone.
type brokenWriter struct{ http.ResponseWriter }

func (brokenWriter) Write([]byte) (int, error)        { return 0, http.ErrHandlerTimeout }
func (brokenWriter) FlushError() error                { return nil }
func (brokenWriter) SetWriteDeadline(time.Time) error { return nil }
