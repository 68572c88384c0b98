package scale

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// edge asks for the route table as an edge does, and keeps none: it says that it has the one of the last answer.
type edge struct {
	url, token string
	http       *http.Client
	// onlyCounts has it count what it gets, and read nothing of it.
	onlyCounts bool

	mutex    sync.Mutex
	version  int64
	checksum string
	answers  []answer
	changed  chan struct{}
}

// answer is what an edge got, and when the last byte of it was there.
type answer struct {
	version int64
	bytes   int
	at      time.Time
}

func newEdge(server string, number int) *edge {
	return &edge{
		url: server + "/v1/edge/routes", token: "zwe_" + strconv.Itoa(number), changed: make(chan struct{}),
		http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true}},
	}
}

// startFrom gives the edge the table of another one, as if it had it on its disk.
func (e *edge) startFrom(other *edge) {
	other.mutex.Lock()
	defer other.mutex.Unlock()

	e.version, e.checksum = other.version, other.checksum
}

func (e *edge) run(ctx context.Context) error {
	defer e.http.CloseIdleConnections()

	for ctx.Err() == nil {
		if err := e.poll(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}

	return nil
}

func (e *edge) poll(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url+"?wait_seconds=30", nil)
	if err != nil {
		return fmt.Errorf("make a request: %w", err)
	}

	request.Header.Set("Authorization", "Bearer "+e.token)
	request.Header.Set("Accept-Encoding", "gzip") // As edges do; what is counted is what comes over the network.

	if e.checksum != "" {
		request.Header.Set("If-None-Match", strconv.Quote(strconv.FormatInt(e.version, 10)))
		request.Header.Set("Zeitwork-Routes-Checksum", e.checksum)
	}

	response, err := e.http.Do(request)
	if err != nil {
		return fmt.Errorf("ask for routes: %w", err)
	}

	if e.onlyCounts && response.StatusCode == http.StatusOK {
		sent, err := io.Copy(io.Discard, response.Body)
		e.answers = append(e.answers, answer{bytes: int(sent)})

		return errors.Join(err, response.Body.Close())
	}

	text, err := io.ReadAll(response.Body)
	at := time.Now()

	_ = response.Body.Close() // It was read.

	if err != nil {
		return fmt.Errorf("read routes: %w", err)
	}

	sent := len(text)

	if text, err = unpacked(response.Header, text); err != nil {
		return err
	}

	switch response.StatusCode {
	case http.StatusNotModified:
		return nil
	case http.StatusOK:
	default:
		return fmt.Errorf("ask for routes: %s: %s", response.Status, text)
	}

	var table struct {
		Version  int64  `json:"version"`
		Checksum string `json:"checksum"`
	}

	if err := json.Unmarshal(text, &table); err != nil {
		return fmt.Errorf("read routes: %w", err)
	}

	e.mutex.Lock()
	defer e.mutex.Unlock()

	e.version, e.checksum = table.Version, table.Checksum
	e.answers = append(e.answers, answer{table.Version, sent, at})
	close(e.changed)
	e.changed = make(chan struct{})

	return nil
}

// unpacked returns the text of a body.
func unpacked(header http.Header, body []byte) ([]byte, error) {
	if header.Get("Content-Encoding") != "gzip" {
		return body, nil
	}

	reader, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("unpack routes: %w", err)
	}

	text, err := io.ReadAll(reader)
	if err != nil {
		return nil, fmt.Errorf("unpack routes: %w", err)
	}

	return text, nil
}

// reached waits for the first answer with a version, or a later one.
func (e *edge) reached(ctx context.Context, version int64) (answer, error) {
	for {
		e.mutex.Lock()
		place := slices.IndexFunc(e.answers, func(a answer) bool { return a.version >= version })
		changed := e.changed

		if place >= 0 {
			defer e.mutex.Unlock()

			return e.answers[place], nil
		}
		e.mutex.Unlock()

		select {
		case <-changed:
		case <-ctx.Done():
			return answer{}, fmt.Errorf("an edge has not got version %d: %w", version, ctx.Err())
		}
	}
}
