package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// joinedStream is the answer that several streams write to. Each event is on its way when its stream goes on.
type joinedStream struct {
	out *eventStream
	// broke is called when the answer cannot go on.
	broke func()

	mutex sync.Mutex
	// positions are the ids of the last event of each stream.
	positions []string
}

// send writes an event that is about a stream.
func (j *joinedStream) send(event string, data any) error {
	j.mutex.Lock()
	defer j.mutex.Unlock()

	return j.brokeUnless(j.out.send(event, data))
}

// pass writes events of a stream, each with its number and with the positions of all streams.
func (j *joinedStream) pass(number int, events string) error {
	j.mutex.Lock()
	defer j.mutex.Unlock()

	var marked strings.Builder

	for event := range strings.SplitSeq(strings.TrimSuffix(events, "\n\n"), "\n\n") {
		j.mark(&marked, number, event)
	}

	return j.brokeUnless(j.out.write(marked.String()))
}

// mark writes an event as encodeEvent has made it, an id without an event, or a comment, which stays as it is. The mutex is held.
func (j *joinedStream) mark(to *strings.Builder, number int, event string) {
	if strings.HasPrefix(event, ":") {
		to.WriteString(event + "\n\n")

		return
	}

	if rest, found := strings.CutPrefix(event, "id: "); found {
		j.positions[number], event, _ = strings.Cut(rest, "\n")
	}

	positions := strings.Join(j.positions, ",")

	if event == "" {
		to.WriteString("id: " + positions + "\n\n")

		return
	}

	name, data, _ := strings.Cut(strings.TrimPrefix(event, "event: "), "\ndata: ")

	_, _ = fmt.Fprintf(to, "id: %s\nevent: event\ndata: {\"source\":%d,\"event\":%q,\"data\":%s}\n\n", positions, number, name, data)
}

func (j *joinedStream) brokeUnless(err error) error {
	if err != nil {
		j.broke()
	}

	return err
}

// endWithAborted is deferred by what calls a stream: net/http is not there to recover from a handler that wants its connection to be cut.
func (j *joinedStream) endWithAborted() {
	if panicked := recover(); panicked == http.ErrAbortHandler { //nolint:errorlint,err113 // net/http compares it so, too.
		j.broke()
	} else if panicked != nil {
		panic(panicked)
	}
}

// sourceWriter is the http.ResponseWriter of one of the streams.
type sourceWriter struct {
	joined *joinedStream
	number int
	header http.Header
	status int
	opened bool
	// over tells that the stream has ended by itself: one that breaks does not say so.
	over bool
	// refusal is the body of an answer that is no success.
	refusal bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *sourceWriter) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *sourceWriter) WriteHeader(status int) { w.status = status }

// Write implements http.ResponseWriter. Of a stream it gets whole events.
func (w *sourceWriter) Write(data []byte) (int, error) {
	if w.status != http.StatusOK {
		return w.refusal.Write(data)
	}

	return len(data), w.joined.pass(w.number, string(data))
}

// FlushError is what http.ResponseController calls. The first time is when the stream begins.
func (w *sourceWriter) FlushError() error {
	if w.opened {
		return nil
	}

	w.opened = true

	return w.joined.send("open", StreamOpen{Source: w.number})
}

// SetWriteDeadline is what http.ResponseController calls. The joined stream sets one with each write.
func (*sourceWriter) SetWriteDeadline(time.Time) error { return nil }

// end says how the stream has ended. One that broke breaks the answer, as it breaks its own when it is asked for alone: the reader opens it again, and each
// stream goes on behind its last event.
func (w *sourceWriter) end(ctx context.Context) {
	if w.over {
		_ = w.joined.send("over", StreamOver{Source: w.number})

		return
	}

	if w.status == http.StatusOK {
		w.joined.broke()

		return
	}

	refused := StreamRefused{Source: w.number}
	refused.RetryAfter, _ = strconv.Atoi(w.header.Get("Retry-After"))

	if err := json.Unmarshal(w.refusal.Bytes(), &refused.Problem); err != nil {
		refused.Problem = *problemOf(ctx, errors.Join(fmt.Errorf("a stream was answered with status %d", w.status), err))
	}

	_ = w.joined.send("refused", refused)
}
