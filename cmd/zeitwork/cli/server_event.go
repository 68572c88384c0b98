package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// readEvents reads events until the stream ends, and returns whether handle has seen the last. An id without an event is one without data. A broken
// connection counts as an end.
func readEvents(stream io.Reader, handle func(serverEvent) (bool, error)) (bool, error) {
	scanner := bufio.NewScanner(stream)
	scanner.Buffer(nil, maxEventBytes)

	event := serverEvent{}

	for scanner.Scan() {
		line := scanner.Text()
		if line == "" {
			if event.Data != nil || event.ID != "" {
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

// serverEvent is one server-sent event.
type serverEvent struct {
	ID   string
	Name string
	// Data is nil where the stream only tells where it stands, by the ID.
	Data []byte
}
