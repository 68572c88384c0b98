package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	// reconnectPause is the pause before a broken stream is opened again.
	reconnectPause = time.Second
	// maxEventBytes bounds one event. The largest is a deployment with its timeline and build plan.
	maxEventBytes = 4 << 20
)

// serverEvent is one server-sent event.
type serverEvent struct {
	ID   string
	Name string
	Data []byte
}

// open opens a stream after the event with that id; nil: at its beginning.
type open func(ctx context.Context, lastEventID *string) (*http.Response, error)

// follow calls handle for every event of a stream until handle returns true. A stream that breaks or ends before is opened again after the last
// event, unless again is false.
func follow(ctx context.Context, open open, again bool, handle func(serverEvent) (last bool, err error)) error {
	var lastEventID *string

	for {
		response, err := open(ctx, lastEventID)
		if err != nil {
			return unreachable(err)
		}

		if response.StatusCode != http.StatusOK {
			body, _ := io.ReadAll(io.LimitReader(response.Body, maxEventBytes))
			_ = response.Body.Close()

			return refusal(response.StatusCode, body)
		}

		ended, err := readEvents(response.Body, func(event serverEvent) (bool, error) {
			if event.ID != "" {
				lastEventID = &event.ID
			}

			return handle(event)
		})
		_ = response.Body.Close()

		if err != nil || ended || !again {
			return err
		}

		select {
		case <-ctx.Done():
			return unreachable(ctx.Err())
		case <-time.After(reconnectPause):
		}
	}
}

// readEvents reads events until the stream ends, and returns whether handle has seen the last. A broken connection counts as an end.
func readEvents(stream io.Reader, handle func(serverEvent) (bool, error)) (bool, error) {
	scanner := bufio.NewScanner(stream)
	scanner.Buffer(nil, maxEventBytes)

	event := serverEvent{}

	for scanner.Scan() {
		line := scanner.Text()
		if line == "" {
			if event.Data != nil {
				if last, err := handle(event); last || err != nil {
					return last, err
				}
			}

			event = serverEvent{}

			continue
		}

		field, content, _ := strings.Cut(line, ":")
		content = strings.TrimPrefix(content, " ")

		switch field {
		case "id":
			event.ID = content
		case "event":
			event.Name = content
		case "data":
			event.Data = append(event.Data, content...)
		}
	}

	if errors.Is(scanner.Err(), bufio.ErrTooLong) {
		return false, fmt.Errorf("read the stream: %w", scanner.Err())
	}

	return false, nil
}
