package edgeproxy

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// answerMeter measures the answer to one request. One goroutine at a time uses it.
type answerMeter struct {
	// firstByte is how long the answer took to begin; 0: it has not.
	firstByte time.Duration
	bytes     int64
	most      int64 // The largest body; 0: no bound.
	// broken says that the end of an app's answer has not been read.
	broken bool
	source io.ReadCloser
}

// begin measures the body of an app's answer from now on. What follows an upgrade is no body.
func (m *answerMeter) begin(response *http.Response, started time.Time) {
	m.beginOwn(started)

	if response.StatusCode == http.StatusSwitchingProtocols {
		return
	}

	m.broken, m.source = true, response.Body
	response.Body = m
}

// beginOwn notes that the edge begins an answer.
func (m *answerMeter) beginOwn(started time.Time) {
	m.firstByte = max(time.Since(started), time.Microsecond)
}

// Read implements io.ReadCloser, as the body of the answer.
func (m *answerMeter) Read(buffer []byte) (int, error) {
	n, err := m.source.Read(buffer)
	m.bytes += int64(n)

	switch {
	case m.most > 0 && m.bytes > m.most:
		return 0, errAnswerLarge
	case errors.Is(err, io.EOF):
		m.broken = false
	}

	return n, err
}

// Close implements io.ReadCloser.
func (m *answerMeter) Close() error { return m.source.Close() }
