package fakegithub

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// deployment is one of GitHub's deployments: a note that a commit was put somewhere.
type deployment struct {
	id                                        int64
	hash, ref, task, environment, description string
	payload                                   any
	transient, production                     bool
	creator                                   *account
	created, updated                          time.Time
	statuses                                  []*deploymentState
}

type deploymentState struct {
	id                                         int64
	state, description, environmentURL, logURL string
	creator                                    *account
	created                                    time.Time
}

// caller returns the account that the caller acts as: a user, or the bot of an app.
func (c *call) caller() *account {
	if c.token.user != nil {
		return c.token.user
	}

	return c.token.installation.app.bot
}

func (c *call) deploymentJSON(r *repository, d *deployment) object {
	api := r.api(c.base) + "/deployments/" + strconv.FormatInt(d.id, 10)

	return object{
		"id": d.id, "node_id": nodeID(deploymentNode, d.id), "sha": d.hash, "ref": d.ref, "task": d.task, "payload": d.payload,
		"original_environment": d.environment, "environment": d.environment, "description": nullable(d.description), "creator": d.creator.simple(c.base),
		"created_at": stamp(d.created), "updated_at": stamp(d.updated), "statuses_url": api + "/statuses", "repository_url": r.api(c.base), "url": api,
		"transient_environment": d.transient, "production_environment": d.production,
	}
}

func listDeployments(c *call, r *repository) *answer {
	query := c.r.URL.Query()
	differs := func(name, value string) bool { return query.Get(name) != "" && query.Get(name) != value }
	all := slices.Clone(r.deployments)
	slices.Reverse(all)

	all = slices.DeleteFunc(all, func(d *deployment) bool {
		return differs("sha", d.hash) || differs("ref", d.ref) || differs("task", d.task) || differs("environment", d.environment)
	})

	return page(c, all, func(part []*deployment) any {
		described := make([]object, len(part))
		for n, d := range part {
			described[n] = c.deploymentJSON(r, d)
		}

		return described
	})
}

func createDeployment(c *call, r *repository) *answer {
	wanted := struct {
		Ref, Task, Environment, Description string
		Payload                             any
		RequiredContexts                    *[]string `json:"required_contexts"`
		AutoMerge                           *bool     `json:"auto_merge"`
		Transient                           bool      `json:"transient_environment"`
		Production                          *bool     `json:"production_environment"`
	}{}
	if !c.read(&wanted) {
		return problemsParsing()
	}

	hash := r.resolve(wanted.Ref)

	switch {
	case hash == "":
		return unprocessable("No ref found for: " + wanted.Ref)
	case (wanted.RequiredContexts == nil || len(*wanted.RequiredContexts) > 0) && r.hasPendingStatus(hash):
		return failure(http.StatusConflict, "Conflict: Commit status checks failed for "+wanted.Ref+".")
	}

	environment := cmp.Or(wanted.Environment, "production")
	production := environment == "production"

	if wanted.Production != nil {
		production = *wanted.Production
	}

	if wanted.Payload == nil {
		wanted.Payload = object{}
	}

	d := &deployment{
		id: c.newID(), hash: hash, ref: wanted.Ref, task: cmp.Or(wanted.Task, "deploy"), environment: environment, description: wanted.Description,
		payload: wanted.Payload, transient: wanted.Transient, production: production, creator: c.caller(), created: c.now(), updated: c.now(),
	}
	r.deployments = append(r.deployments, d)

	return created(c.deploymentJSON(r, d))
}

// ofDeployment answers for the deployment that the path names.
func (c *call) ofDeployment(r *repository, handle func(d *deployment) *answer) *answer {
	index := slices.IndexFunc(r.deployments, func(d *deployment) bool { return d.id == c.number("deployment_id") })
	if index < 0 {
		return notFound()
	}

	return handle(r.deployments[index])
}

func getDeployment(c *call, r *repository) *answer {
	return c.ofDeployment(r, func(d *deployment) *answer { return ok(c.deploymentJSON(r, d)) })
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
