package api

import (
	"encoding/base64"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// before returns an id: every item of a page that is newest first has a lower one. Ids are UUIDv7 and sort by the time at which they were made.
func (p PageInput) before() (uuid.UUID, error) { return p.last(uuid.Max) }

// after returns an id: every item of a page that is oldest first has a higher one.
func (p PageInput) after() (uuid.UUID, error) { return p.last(uuid.Nil) }

// last returns the id of the last item of the page before, and first where there is no such page.
func (p PageInput) last(first uuid.UUID) (uuid.UUID, error) {
	if p.Cursor == "" {
		return first, nil
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
func (p PageInput) rows() int32 { return int32(p.Limit) + 1 } //nolint:gosec // Bounded by the schema.

func invalidCursor(cause error) error {
	return problem.Wrap(cause, problem.Invalid, "The cursor is not one of ours: give the next_cursor of the page before as it is.")
}

// page makes one page of the rows that were read with rows, and before or after.
func page[R, T any](input PageInput, rows []R, item func(R) T, id func(T) uuid.UUID) *PageOutput[T] {
	return pageBy(input.Limit, rows, item, func(item T) string {
		last := id(item)

		return base64.RawURLEncoding.EncodeToString(last[:])
	})
}

// pageBy is page for lists that are not in the order of ids: cursor returns what the next page is asked for with.
func pageBy[R, T any](limit int, rows []R, item func(R) T, cursor func(last T) string) *PageOutput[T] {
	output := &PageOutput[T]{Body: Page[T]{Items: make([]T, 0, len(rows))}}

	for i, row := range rows {
		if i == limit {
			output.Body.NextCursor = cursor(output.Body.Items[i-1])

			break
		}

		output.Body.Items = append(output.Body.Items, item(row))
	}

	return output
}
