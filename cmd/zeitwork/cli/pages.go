package cli

import "iter"

// pageSize is how many rows a request asks for where all are wanted: the most that the API gives at once.
const pageSize int64 = 200

// nextPage returns the rows behind a cursor, nil for the first ones, and the cursor behind these, which is empty or nil at the end.
type nextPage[T any] func(cursor *string) ([]T, *string, error)

// rows yields all rows of a list, and asks for each page when it is needed. An error is the last that it yields.
func rows[T any](next nextPage[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var cursor *string

		for {
			page, behind, err := next(cursor)
			if err != nil {
				var none T

				yield(none, err)

				return
			}

			for _, row := range page {
				if !yield(row, nil) {
					return
				}
			}

			if cursor = behind; value(cursor) == "" {
				return
			}
		}
	}
}

// collect returns all rows of a list.
func collect[T any](next nextPage[T]) ([]T, error) {
	var all []T

	for row, err := range rows(next) {
		if err != nil {
			return nil, err
		}

		all = append(all, row)
	}

	return all, nil
}

// shortList is how many rows of a long list are shown unless all are asked for.
const shortList = 50

// atMost returns the first rows of a list, or all of them, and whether there are more.
func atMost[T any](limit int, all bool, list iter.Seq2[T, error]) (listed []T, more bool, err error) {
	for row, err := range list {
		if err != nil {
			return nil, false, err
		}

		if len(listed) == limit && !all {
			return listed, true, nil
		}

		listed = append(listed, row)
	}

	return listed, false, nil
}
