package github

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
)

// Listed is a repository with the installation that has it.
type Listed struct {
	Repository

	Installation int64
}

// Listing is what several installations have.
type Listing struct {
	// Repositories are those that were pushed to last first.
	Repositories []Listed
	// Failed are the installations that could not be asked, with why: those of others are listed all the same.
	Failed map[int64]error
}

// List returns the repositories of several installations that match a search; the empty one matches all. GitHub's own search is not asked: it lags, leaves
// forks out, and allows thirty questions a minute.
func (a *App) List(ctx context.Context, installations []int64, search string) Listing {
	listing := Listing{Failed: map[int64]error{}}

	var (
		mutex sync.Mutex
		asked sync.WaitGroup
	)

	for _, id := range installations {
		asked.Go(func() {
			found, err := a.Installation(id).Repositories(ctx)

			mutex.Lock()
			defer mutex.Unlock()

			if err != nil {
				listing.Failed[id] = err
			}

			for _, r := range found {
				if r.Matches(search) {
					listing.Repositories = append(listing.Repositories, Listed{Repository: r, Installation: id})
				}
			}
		})
	}

	asked.Wait()

	slices.SortFunc(listing.Repositories, func(a, b Listed) int {
		return cmp.Or(b.PushedAt.Compare(a.PushedAt), strings.Compare(a.FullName, b.FullName))
	})

	return listing
}
