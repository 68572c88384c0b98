package fakegithub

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"
)

type deploymentState struct {
	id                                         int64
	state, description, environmentURL, logURL string
	creator                                    *account
	created                                    time.Time
}

func (c *call) deploymentStateJSON(r *repository, d *deployment, s *deploymentState) object {
	api := r.api(c.base) + "/deployments/" + strconv.FormatInt(d.id, 10)

	return object{
		"id": s.id, "node_id": nodeID(deploymentStatus, s.id), "state": s.state, "creator": s.creator.simple(c.base), "description": s.description,
		"environment": d.environment, "target_url": s.logURL, "log_url": s.logURL, "environment_url": s.environmentURL, "created_at": stamp(s.created),
		"updated_at": stamp(s.created), "deployment_url": api, "repository_url": r.api(c.base), "url": api + "/statuses/" + strconv.FormatInt(s.id, 10),
	}
}

func listDeploymentStatuses(c *call, r *repository) *answer {
	return c.ofDeployment(r, func(d *deployment) *answer {
		all := slices.Clone(d.statuses)
		slices.Reverse(all)

		return page(c, all, func(part []*deploymentState) any {
			described := make([]object, len(part))
			for n, s := range part {
				described[n] = c.deploymentStateJSON(r, d, s)
			}

			return described
		})
	})
}

// longestDescription is how many characters a description may have.
const longestDescription = 140

func createDeploymentStatus(c *call, r *repository) *answer {
	return c.ofDeployment(r, func(d *deployment) *answer {
		wanted := struct {
			State, Description string
			EnvironmentURL     string `json:"environment_url"`
			LogURL             string `json:"log_url"`
			TargetURL          string `json:"target_url"`
			AutoInactive       *bool  `json:"auto_inactive"`
		}{}
		if !c.read(&wanted) {
			return problemsParsing()
		}

		states := []string{"error", "failure", "inactive", "in_progress", "queued", "pending", "success"}
		if !slices.Contains(states, wanted.State) || len([]rune(wanted.Description)) > longestDescription ||
			!isURL(wanted.EnvironmentURL) || !isURL(wanted.LogURL) {
			return unprocessable("Validation Failed")
		}

		if wanted.State == "success" && (wanted.AutoInactive == nil || *wanted.AutoInactive) {
			c.retireOthers(r, d)
		}

		s := &deploymentState{
			id: c.newID(), state: wanted.State, description: wanted.Description, environmentURL: wanted.EnvironmentURL,
			logURL: cmp.Or(wanted.LogURL, wanted.TargetURL), creator: c.caller(), created: c.now(),
		}
		d.statuses = append(d.statuses, s)
		d.updated = c.now()

		return created(c.deploymentStateJSON(r, d, s))
	})
}

// retireOthers marks the deployments before as inactive, as GitHub does for those of an environment that stays.
func (c *call) retireOthers(r *repository, d *deployment) {
	for _, other := range r.deployments {
		n := len(other.statuses)
		if other != d && other.environment == d.environment && !other.transient && n > 0 && other.statuses[n-1].state == "success" {
			other.statuses = append(other.statuses, &deploymentState{id: c.newID(), state: "inactive", creator: c.caller(), created: c.now()})
		}
	}
}

// isURL tells whether a text is empty or a URL of the web, which is what GitHub takes for a link.
func isURL(text string) bool {
	parsed, err := url.Parse(text)

	return text == "" || err == nil && (parsed.Scheme == "https" || parsed.Scheme == "http") && parsed.Host != ""
}

// DeploymentStates returns what was said of a deployment, the oldest first.
func (s *Server) DeploymentStates(repository, deployment int64) (states []string) {
	s.locked(func() {
		for _, d := range s.repository(repository).deployments {
			for _, state := range d.statuses {
				if d.id == deployment {
					states = append(states, state.state)
				}
			}
		}
	})

	return states
}
