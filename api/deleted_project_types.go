package api

import (
	"time"

	"github.com/google/uuid"
)

// DeletedProjectPath names a deleted project whose deletion can be undone.
type DeletedProjectPath struct {
	DeletedProjectID uuid.UUID `path:"deleted_project_id"`
}

// ListDeletedProjectsInput asks for the deleted projects that the caller may see.
type ListDeletedProjectsInput struct {
	PageInput

	OrganisationID uuid.UUID `doc:"Only this organisation's."  query:"organisation_id"`
	Slug           string    `doc:"Only those that had this slug." pattern:"^[^\\x00]*$" patternDescription:"text without NUL" query:"slug"`
}

// DeletedProject is a project whose deletion can be undone.
type DeletedProject struct {
	ID             uuid.UUID `json:"id"`
	OrganisationID uuid.UUID `json:"organisation_id"`
	Name           string    `json:"name"`
	Slug           string    `json:"slug"`
	RepositoryURL  string    `json:"repository_url"`
	DeletedAt      time.Time `json:"deleted_at"`
	KeptUntil      time.Time `doc:"Until when the deletion can be undone. The project is deleted for good then." json:"kept_until"`
	SlugTaken      bool      `doc:"Whether another project has the slug by now, so that this one needs another." json:"slug_taken"`
}

// RestoreProjectInput undoes the deletion of a project.
//
//nolint:lll // One field a line, with its documentation.
type RestoreProjectInput struct {
	DeletedProjectPath

	Body struct {
		Slug string `doc:"Another slug than it had, with other generated hostnames. The one that it had when left out." json:"slug,omitempty" maxLength:"40" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" patternDescription:"lower-case letters, digits and hyphens, with a letter or digit at both ends"`
	}
}

// RestoredProject is what became of a project whose deletion was undone.
//
//nolint:lll // One field a line, with its documentation.
type RestoredProject struct {
	Project     Project              `json:"project"`
	Deployments []RestoredDeployment `doc:"Those that bring back what was live, one for each environment where something was." json:"deployments" nullable:"false"`
	LostDomains []string             `doc:"Custom domains that another project has proven meanwhile. They need another proof to come back." json:"lost_domains" nullable:"false"`
}

// RestoredDeployment brings back what was live in an environment.
type RestoredDeployment struct {
	ID            uuid.UUID `json:"id"`
	EnvironmentID uuid.UUID `json:"environment_id"`
	Builds        bool      `doc:"Whether the image is not kept, so that the commit is built again." json:"builds"`
}

// RestoredProjectOutput is the answer of restore-project.
type RestoredProjectOutput struct{ Body RestoredProject }
