package api

import (
	"encoding/base64"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// before returns an id: every item of the page has a lower one. Ids are UUIDv7 and sort by the time at which they were made.
func (p PageInput) before() (uuid.UUID, error) {
	if p.Cursor == "" {
		return uuid.Max, nil
	}

	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return uuid.Nil, invalidCursor(err)
	}

	last, err := uuid.FromBytes(raw)
	if err != nil {
		return uuid.Nil, invalidCursor(err)
	}

	return last, nil
}

// rows is how many rows to read: the one beyond the page's limit shows that there is another page.
func (p PageInput) rows() int32 { return int32(p.Limit) + 1 } //nolint:gosec // At most 200.

func invalidCursor(cause error) error {
	return problem.Wrap(cause, problem.Invalid, "The cursor is not one of ours: give the next_cursor of the page before as it is.")
}

// page makes one page of the rows that were read with before and rows.
func page[R, T any](input PageInput, rows []R, item func(R) T, id func(T) uuid.UUID) *PageOutput[T] {
	output := &PageOutput[T]{Body: Page[T]{Items: make([]T, 0, len(rows))}}

	for i, row := range rows {
		if i == input.Limit {
			last := id(output.Body.Items[i-1])
			output.Body.NextCursor = base64.RawURLEncoding.EncodeToString(last[:])

			break
		}

		output.Body.Items = append(output.Body.Items, item(row))
	}

	return output
}
