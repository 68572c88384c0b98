package fakegithub

import (
	"cmp"
	"slices"
	"time"
)

// status is a commit status.
type status struct {
	id                                        int64
	hash, state, description, target, context string
	creator                                   *account
	created                                   time.Time
}

// CommitStatus is what somebody has said of a commit.
type CommitStatus struct {
	Hash, State, Description, TargetURL, Context string
}

// Statuses returns the commit statuses of a repository, the oldest first.
func (s *Server) Statuses(repository int64) (all []CommitStatus) {
	s.locked(func() {
		for _, one := range s.repository(repository).statuses {
			all = append(all, CommitStatus{
				Hash: one.hash, State: one.state, Description: one.description, TargetURL: one.target, Context: one.context,
			})
		}
	})

	return all
}

// hasPendingStatus tells whether a commit has a context that has not succeeded.
func (r *repository) hasPendingStatus(hash string) bool {
	latest := map[string]string{}

	for _, s := range r.statuses {
		if s.hash == hash {
			latest[s.context] = s.state
		}
	}

	for _, state := range latest {
		if state != "success" {
			return true
		}
	}

	return false
}

func createStatus(c *call, r *repository) *answer {
	wanted := struct {
		State, Description, Context string
		TargetURL                   string `json:"target_url"`
	}{}
	if !c.read(&wanted) {
		return problemsParsing()
	}

	hash := c.r.PathValue("sha")

	switch {
	case !r.commits[hash]:
		return unprocessable("No commit found for SHA: " + hash)
	case !slices.Contains([]string{"error", "failure", "pending", "success"}, wanted.State),
		len([]rune(wanted.Description)) > longestDescription, !isURL(wanted.TargetURL):
		return unprocessable("Validation Failed")
	}

	s := &status{
		id: c.newID(), hash: hash, state: wanted.State, description: wanted.Description, target: wanted.TargetURL,
		context: cmp.Or(wanted.Context, "default"), creator: c.caller(), created: c.now(),
	}
	r.statuses = append(r.statuses, s)

	return created(object{
		"url": r.api(c.base) + "/statuses/" + hash, "avatar_url": c.base + "/avatars/" + s.creator.login, "id": s.id, "node_id": nodeID(statusNode, s.id),
		"state": s.state, "description": nullable(s.description), "target_url": nullable(s.target), "context": s.context,
		"created_at": stamp(s.created), "updated_at": stamp(s.created), "creator": s.creator.simple(c.base),
	})
}
