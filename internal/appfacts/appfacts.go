// Package appfacts names the environment variables by which an app and its build learn what they are.
package appfacts

import "github.com/google/uuid"

// Deployment is what there is to know of a deployment.
type Deployment struct {
	ID      uuid.UUID
	Commit  string
	Branch  string
	Project string // The project's slug.
}

// Variables returns the environment variables of a deployment.
func (d Deployment) Variables() map[string]string {
	return map[string]string{
		"ZEITWORK_DEPLOYMENT_ID": d.ID.String(),
		"ZEITWORK_COMMIT":        d.Commit,
		"ZEITWORK_BRANCH":        d.Branch,
		"ZEITWORK_PROJECT":       d.Project,
	}
}
