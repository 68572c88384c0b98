package fakegithub

import (
	"cmp"
	"net/http"
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
