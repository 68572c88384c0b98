package api

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/github"
)

// listingLifetime is how long what an installation has is kept, so that the pages of one list, and the letters of one search, are one question to GitHub.
const listingLifetime = 30 * time.Second

// githubListings keeps for a short time which repositories installations have.
type githubListings struct {
	mutex sync.Mutex
	known map[int64]knownListing
}

type knownListing struct {
	repositories []github.Listed
	at           time.Time
}

// list returns the repositories of installations, and why those of others are not among them. A fresh list is one that GitHub was asked for now.
func (l *githubListings) list(ctx context.Context, app *github.App, installations []int64, fresh bool) github.Listing {
	listing := github.Listing{Failed: map[int64]error{}}
	unknown := []int64{}

	l.mutex.Lock()
	maps.DeleteFunc(l.known, func(_ int64, k knownListing) bool { return time.Since(k.at) > listingLifetime })

	for _, id := range installations {
		if known, ok := l.known[id]; ok && !fresh {
			listing.Repositories = append(listing.Repositories, known.repositories...)
		} else {
			unknown = append(unknown, id)
		}
	}
	l.mutex.Unlock()

	if len(unknown) == 0 {
		return listing
	}

	asked := app.List(ctx, unknown, "")
	listing.Failed = asked.Failed
	listing.Repositories = append(listing.Repositories, asked.Repositories...)
	byInstallation := lo.GroupBy(asked.Repositories, func(r github.Listed) int64 { return r.Installation })

	l.mutex.Lock()
	defer l.mutex.Unlock()

	for _, id := range unknown {
		if asked.Failed[id] == nil {
			l.known[id] = knownListing{repositories: byInstallation[id], at: time.Now()}
		}
	}

	return listing
}
