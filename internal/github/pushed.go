package github

import (
	"context"
	"time"
)

// Pushed is when somebody last pushed to a repository.
type Pushed struct {
	NodeID   string
	FullName string
	PushedAt time.Time
}

const pushedQuery = `query($login: String!, $first: Int!) {
	repositoryOwner(login: $login) {
		repositories(first: $first, ownerAffiliations: [OWNER], orderBy: {field: PUSHED_AT, direction: DESC}) {
			nodes { id nameWithOwner pushedAt }
		}
	}
	` + rateLimitFields + `
}`

// mostPushed is how many repositories a page of a query may have.
const mostPushed = 100

// RecentlyPushed returns the repositories of an account that were pushed to last, the latest first, for one point. Public ones are among them whether the
// installation has them or not. GitHub counts a push to any branch, and a branch that is deleted.
func (i *Installation) RecentlyPushed(ctx context.Context, login string, most int) ([]Pushed, Cost, error) {
	data := struct {
		RateLimit       Cost `json:"rateLimit"`
		RepositoryOwner *struct {
			Repositories struct {
				Nodes []*struct {
					ID            string    `json:"id"`
					NameWithOwner string    `json:"nameWithOwner"`
					PushedAt      time.Time `json:"pushedAt"`
				} `json:"nodes"`
			} `json:"repositories"`
		} `json:"repositoryOwner"`
	}{}

	variables := map[string]any{"login": login, "first": min(max(most, 1), mostPushed)}
	if _, err := i.all(ReadContents()).query(ctx, pushedQuery, variables, &data); err != nil {
		return nil, Cost{}, i.explain(err)
	}

	if data.RepositoryOwner == nil {
		return nil, data.RateLimit, (&Error{Reason: NotFound, Detail: "there is no account " + login}).problem()
	}

	pushed := make([]Pushed, 0, most)

	for _, node := range data.RepositoryOwner.Repositories.Nodes {
		if node != nil {
			pushed = append(pushed, Pushed{NodeID: node.ID, FullName: node.NameWithOwner, PushedAt: node.PushedAt})
		}
	}

	return pushed, data.RateLimit, nil
}
