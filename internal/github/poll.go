package github

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// BatchSize is how many repositories Look takes: what GitHub answers within its ten seconds, for one point.
const BatchSize = 50

// Look asks about a repository.
type Look struct {
	// NodeID is the repository's, which stays whatever its name is.
	NodeID string
	// Branch is the one that is followed. Empty asks for all, of which the first hundred are answered.
	Branch string
}

// Seen is what GitHub says about a repository.
type Seen struct {
	NodeID string
	// IsGone tells that GitHub does not have the repository any more, or does not show it: it was deleted, or the installation has lost it.
	IsGone bool
	// Trouble is why GitHub said nothing of the branches; empty where it did. With one, Branches tells nothing.
	Trouble       string
	FullName      string
	IsArchived    bool
	IsEmpty       bool
	DefaultBranch string
	PushedAt      time.Time
	// Branches are commits by the names of the branches that were asked for and are there.
	Branches map[string]string
	// Message is that of the commit where one branch was asked for; empty otherwise.
	Message string
	// HasMore tells that there are more branches than a hundred.
	HasMore bool
}

// repositoryNode is a repository as queries read it.
type repositoryNode struct {
	ID               string    `json:"id"`
	NameWithOwner    string    `json:"nameWithOwner"`
	IsArchived       bool      `json:"isArchived"`
	IsEmpty          bool      `json:"isEmpty"`
	PushedAt         time.Time `json:"pushedAt"`
	DefaultBranchRef *refNode  `json:"defaultBranchRef"`
	Ref              *refNode  `json:"ref"`
	Refs             *struct {
		Nodes    []refNode `json:"nodes"`
		PageInfo pageInfo  `json:"pageInfo"`
	} `json:"refs"`
}

type refNode struct {
	Name   string `json:"name"`
	Target struct {
		OID     string `json:"oid"`
		Message string `json:"message"`
	} `json:"target"`
}

type pageInfo struct {
	HasNextPage bool `json:"hasNextPage"`
}

// Look asks about up to BatchSize repositories with one query. The answer has the order of the question.
func (i *Installation) Look(ctx context.Context, looks []Look) ([]Seen, Cost, error) {
	if len(looks) > BatchSize {
		return nil, Cost{}, fmt.Errorf("a query is for %d repositories at most, not for %d", BatchSize, len(looks))
	}

	parts := partsOf(looks)
	text, variables := lookQuery(parts)
	data := map[string]json.RawMessage{}

	faults, err := i.all(ReadContents()).query(ctx, text, variables, &data)
	if err != nil {
		return nil, Cost{}, i.explain(err)
	}

	seen := make([]Seen, len(looks))

	for _, part := range parts {
		var nodes []*repositoryNode
		if err := json.Unmarshal(data[part.name], &nodes); err != nil || len(nodes) != len(part.looks) {
			return nil, Cost{}, (&Error{Reason: Unavailable, Detail: "a query is not answered in full", Cause: err}).problem()
		}

		for n, place := range part.looks {
			seen[place] = seenOf(looks[place], nodes[n])
		}

		for _, fault := range faults {
			if name, n := fault.place(); name == part.name && n < len(part.looks) {
				seen[part.looks[n]].blame(fault)
			}
		}
	}

	cost := Cost{}

	return seen, cost, json.Unmarshal(data["rateLimit"], &cost)
}

func seenOf(look Look, node *repositoryNode) Seen {
	seen := Seen{NodeID: look.NodeID, Branches: map[string]string{}}
	if node == nil {
		seen.Trouble = saidNothing

		return seen
	}

	seen.FullName, seen.IsArchived, seen.IsEmpty, seen.PushedAt = node.NameWithOwner, node.IsArchived, node.IsEmpty, node.PushedAt

	if node.DefaultBranchRef != nil {
		seen.DefaultBranch = node.DefaultBranchRef.Name
	}

	if node.Ref != nil {
		seen.Branches[node.Ref.Name] = node.Ref.Target.OID
		seen.Message = node.Ref.Target.Message
	}

	if look.Branch == "" && node.Refs == nil && !node.IsEmpty {
		seen.Trouble = saidNothing
	}

	if node.Refs != nil {
		seen.HasMore = node.Refs.PageInfo.HasNextPage

		for _, one := range node.Refs.Nodes {
			seen.Branches[one.Name] = one.Target.OID
		}
	}

	return seen
}

// saidNothing is the trouble of an answer that lacks what was asked for, and names no reason.
const saidNothing = "the answer is not complete."

// blame notes what GitHub says is wrong with one repository.
func (s *Seen) blame(fault queryError) {
	if fault.isGone() {
		s.IsGone, s.Trouble = true, ""
	} else {
		s.Trouble = fault.String()
	}
}
