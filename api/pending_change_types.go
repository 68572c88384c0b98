package api

import (
	"time"

	"github.com/google/uuid"
)

// PendingChanges are what was changed of an environment since what is live there was deployed: only another deployment gets it.
//
//nolint:lll // One field a line, with its documentation.
type PendingChanges struct {
	EnvironmentID    uuid.UUID         `json:"environment_id"`
	Environment      string            `doc:"Its slug."                                          json:"environment"`
	LiveDeploymentID uuid.UUID         `json:"live_deployment_id"`
	Since            time.Time         `doc:"From when the variables and settings are that are live." json:"since"`
	Variables        []PendingVariable `doc:"By name."                                           json:"variables" nullable:"false"`
	Settings         []string          `doc:"The names of the project's settings that were set, by name; whether to another value is not known." json:"settings" nullable:"false"`
}

// PendingVariable is a variable that was changed.
type PendingVariable struct {
	Name    string `json:"name"`
	Change  string `doc:"written: it was made or got another value; deleted: what is live still has it." enum:"written,deleted" json:"change"`
	AtBuild bool   `doc:"Whether builds may see it." json:"at_build"`
}

// PendingChangesOutput is the answer of get-pending-changes.
type PendingChangesOutput struct {
	Body struct {
		Environments []PendingChanges `doc:"Those in which something is live and something is pending, oldest first." json:"environments" nullable:"false"`
	}
}
