package api

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"time"
)

// listPlace is where a repository stands in the list of those that were pushed to last first.
type listPlace struct {
	pushedAt, id int64
}

func placeOf(pushedAt time.Time, id int64) listPlace { return listPlace{pushedAt.UnixMicro(), id} }

// compare is negative for a place before the other one.
func (p listPlace) compare(other listPlace) int {
	return cmp.Or(cmp.Compare(other.pushedAt, p.pushedAt), cmp.Compare(other.id, p.id))
}

// cursor is what the page behind the place is asked for with.
func (p listPlace) cursor() string {
	//nolint:gosec // The bits alone matter.
	both := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(p.pushedAt)), uint64(p.id))

	return base64.RawURLEncoding.EncodeToString(both)
}

// behind returns the place behind which the page begins.
func (i ListGitHubRepositoriesInput) behind() (listPlace, error) {
	const half = 8

	first := listPlace{int64(^uint64(0) >> 1), int64(^uint64(0) >> 1)}
	if i.Cursor == "" {
		return first, nil
	}

	both, err := base64.RawURLEncoding.DecodeString(i.Cursor)
	if err != nil || len(both) != 2*half {
		return first, invalidCursor(err)
	}

	//nolint:gosec // The bits alone matter.
	return listPlace{int64(binary.BigEndian.Uint64(both[:half])), int64(binary.BigEndian.Uint64(both[half:]))}, nil
}
