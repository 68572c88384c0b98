package api

import (
	"context"
	"strings"
)

// eventsAtOnce is how many bytes of events are written at once, if there are so many.
const eventsAtOnce = 64 << 10

// sendEvents sends events, many at once: an app may write thousands of lines a second, to many who follow.
func sendEvents[T any](ctx context.Context, out *eventStream, items []T, encode func(T) (string, error)) error {
	var text strings.Builder

	flush := func() error {
		if text.Len() == 0 {
			return nil
		}

		if err := out.pace(ctx, text.Len()); err != nil {
			return err
		}

		defer text.Reset()

		return out.write(text.String())
	}

	for _, item := range items {
		encoded, err := encode(item)
		if err != nil {
			return err
		}

		text.WriteString(encoded)

		if text.Len() < eventsAtOnce {
			continue
		}

		if err := flush(); err != nil {
			return err
		}
	}

	return flush()
}
